"""Where a file says it comes from (Content Credentials, C2PA), read without asking anybody."""

import json
from contextlib import suppress
from typing import IO, Any

from app.decoding.signatures import ENOUGH, credentials_format
from app.decoding.verdict import Refused, Seen

MARK = b"c2pa"
"In every file that has a signature: without it, the library for reading one need not be loaded."
MODEL_MADE = b"rainedAlgorithmicMedia"
"IPTC's trainedAlgorithmicMedia and compositeWithTrainedAlgorithmicMedia."
PIECE = 1024 * 1024
LONGEST_WORDS = 200


def look(source: IO[bytes], ours: bytes) -> Seen:
    """`ours`: chains of certificates as PEM."""
    kind = credentials_format(_start(source))
    manifests = _read(source, kind, ours) if kind and _holds(source, MARK) else None
    if manifests is None:
        return Seen(machine=_holds(source, MODEL_MADE))
    active = manifests["manifests"][manifests["active_manifest"]]
    codes = {state: {each["code"] for each in _results(manifests, state)} for state in ("success", "failure")}
    by = active.get("signature_info") or {}
    signed = "claimSignature.validated" in codes["success"]
    trusted = "signingCredential.trusted" in codes["success"]
    return Seen(
        signed=signed, ours=signed and trusted and by.get("cert_serial_number") in _serials(ours),
        # Whom we trust is another matter than whether it was changed.
        intact=signed and not codes["failure"] - {"signingCredential.untrusted"},
        machine=MODEL_MADE.decode() in json.dumps(active.get("assertions", [])),
        signer=_words(by.get("issuer") or by.get("common_name")), id=_words(active.get("instance_id")),
        parts=len(active.get("ingredients", [])),
    )  # fmt: skip


def history(source: IO[bytes]) -> tuple[str, bool]:
    """Who had signed it, and whether a model had made it: what is kept of a file's past when it is written anew."""
    seen = look(source, b"")
    return (seen.signer if seen.signed and seen.intact else ""), seen.machine


def _read(source: IO[bytes], kind: str, ours: bytes) -> dict[str, Any] | None:
    import c2pa

    source.seek(0)
    context = c2pa.Context.from_dict({
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
        **({"trust": {"user_anchors": ours.decode()}} if ours else {}),
    })  # fmt: skip
    try:
        with c2pa.Reader(kind, source, context=context) as reader:
            return json.loads(reader.json())  # type: ignore[no-any-return]
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError:
        raise Refused("unreadable") from None


def _results(manifests: dict[str, Any], state: str) -> list[dict[str, Any]]:
    return manifests.get("validation_results", {}).get("activeManifest", {}).get(state, [])  # type: ignore[no-any-return]


def _serials(chains: bytes) -> set[str]:
    """Of the certificates that sign, and not of the roots above them, in whose name others may sign as well."""
    from cryptography import x509

    found = set()
    for certificate in x509.load_pem_x509_certificates(chains) if chains else []:
        with suppress(x509.ExtensionNotFound):
            if certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
                continue
        found.add(str(certificate.serial_number))
    return found


def _holds(source: IO[bytes], wanted: bytes) -> bool:
    """Anywhere in it, in tags and XMP too, which anybody can write."""
    source.seek(0)
    end = b""
    while piece := source.read(PIECE):
        if wanted in end + piece:
            return True
        end = piece[-len(wanted) :]
    return False


def _start(source: IO[bytes]) -> bytes:
    """An ID3 tag may stand in front of a FLAC."""
    source.seek(0)
    start = source.read(ENOUGH)
    if start.startswith(b"ID3"):
        source.seek(10 + sum(byte << shift for byte, shift in zip(start[6:10], (21, 14, 7, 0), strict=True)))
        behind = source.read(ENOUGH)
        return behind if behind.startswith(b"fLaC") else start
    return start


def _words(text: object) -> str:
    """To be shown: no control characters, no turned directions, not a whole page."""
    return "".join(c for c in str(text or "") if c.isprintable())[:LONGEST_WORDS]

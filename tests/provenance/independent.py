"""A second reader of Content Credentials, written from the specification; it shares no code with the signer.

JUMBF boxes, CBOR, COSE_Sign1 with ES256, hashes of assertions, and the hash of the file around the manifest.
"""

import hashlib
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

CHAIN = 33
"COSE's header for certificates."


class Broken(Exception):
    pass


class Found(NamedTuple):
    claim: dict[str, Any]
    assertions: dict[str, Any]
    certificate: x509.Certificate


def check(data: bytes) -> Found:
    """What the manifest says, once everything fits; Broken otherwise."""
    store = manifest_of(data)
    boxes = dict(_described(store[: struct.unpack(">I", store[:4])[0]], ""))
    manifest = max({name.split("/")[1] for name in boxes if name.startswith("c2pa/urn:c2pa:")})
    mine = {name.removeprefix(f"c2pa/{manifest}/"): box for name, box in boxes.items() if f"/{manifest}/" in name}
    claim_bytes = mine["c2pa.claim.v2"][1]
    claim = cbor2.loads(claim_bytes)
    certificate = _signature_fits(mine["c2pa.signature"][1], claim_bytes)
    assertions = {}
    for one in claim["created_assertions"] + claim.get("gathered_assertions", []):
        name = one["url"].removeprefix("self#jumbf=")
        whole, content = mine[name]
        if hashlib.sha256(whole).digest() != one["hash"]:
            raise Broken(f"{name} was changed")
        assertions[name.removeprefix("c2pa.assertions/")] = cbor2.loads(content)
    _file_fits(data, assertions["c2pa.hash.data"])
    return Found(claim, assertions, certificate)


def _signature_fits(content: bytes, claim: bytes) -> x509.Certificate:
    protected, unprotected, _, signature = cbor2.loads(content).value
    headers = {**cbor2.loads(protected), **unprotected}
    chain = headers[CHAIN]
    certificate = x509.load_der_x509_certificate(chain if isinstance(chain, bytes) else chain[0])
    signed = cbor2.dumps(["Signature1", protected, b"", claim])
    r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey) and headers[1] == -7
    try:
        key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise Broken("the signature does not fit the claim") from None
    return certificate


def _file_fits(data: bytes, said: dict[str, Any]) -> None:
    digest, at = hashlib.sha256(), 0
    for gap in sorted(said["exclusions"], key=lambda each: each["start"]):
        digest.update(data[at : gap["start"]])
        at = gap["start"] + gap["length"]
    digest.update(data[at:])
    if digest.digest() != said["hash"]:
        raise Broken("the file was changed")


def _described(data: bytes, path: str) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
    """Every labelled box: its path, what is hashed of it (all but its header), and what its last child holds."""
    for kind, content in _boxes(data):
        if kind != b"jumb":
            continue
        children = list(_boxes(content))
        description = children[0][1]
        label = description[17 : description.index(b"\0", 17)].decode()
        name = f"{path}/{label}".lstrip("/")
        yield name, (content, children[-1][1])
        yield from _described(content, name)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        if length < 8:
            raise Broken("a box without a length")
        yield data[at + 4 : at + 8], data[at + 8 : at + length]
        at += length


def manifest_of(data: bytes) -> bytes:
    if data.startswith(b"\x89PNG"):
        return _after(data, 8, lambda head: (head[4:8], struct.unpack(">I", head[:4])[0] + 4), b"caBX")
    if data.startswith(b"RIFF"):
        return _after(data, 12, lambda head: (head[:4], (n := struct.unpack("<I", head[4:])[0]) + n % 2), b"C2PA")
    if data.startswith(b"\xff\xd8"):
        return _of_jpeg(data)
    if data.startswith(b"ID3"):
        return _of_id3(data)
    raise Broken("no place for a manifest is known here")


def _after(data: bytes, at: int, read: Any, wanted: bytes) -> bytes:
    while at < len(data):
        name, length = read(data[at : at + 8])
        if name == wanted:
            return data[at + 8 : at + 8 + length]
        at += 8 + length
    raise Broken("no manifest")


def _of_jpeg(data: bytes) -> bytes:
    at, manifest = 2, b""
    while data[at : at + 2] != b"\xff\xda":
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        if data[at : at + 2] == b"\xff\xeb" and data[at + 4 : at + 6] == b"JP":
            piece = data[at + 12 : at + 2 + length]
            manifest += piece[8:] if manifest else piece  # every segment repeats the box's header
        at += 2 + length
    if not manifest:
        raise Broken("no manifest")
    return manifest


def _of_id3(data: bytes) -> bytes:
    end = 10 + sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    at = 10
    while at < end and data[at : at + 4].strip(b"\0"):
        length = (
            sum(byte << shift for byte, shift in zip(data[at + 4 : at + 8], (21, 14, 7, 0), strict=True))
            if data[3] == 4 else struct.unpack(">I", data[at + 4 : at + 8])[0]
        )  # fmt: skip
        content = data[at + 10 : at + 10 + length]
        if data[at : at + 4] == b"GEOB" and b"c2pa" in content[:64]:
            return content[content.index(b"jumb") - 4 :]
        at += 10 + length
    raise Broken("no manifest")

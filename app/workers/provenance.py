"""Each finished file signed, so that anybody can tell that a model made it, whose studio, and whether it was changed.

Content Credentials (C2PA), offline: no time stamp is fetched and nobody is asked. The manifest says that a model made
it and an id that means nothing to others; no prompt, no name. Ogg has no place for one: Opus has its tags only.
"""

import io
from functools import cache
from pathlib import PurePath
from typing import Any
from uuid import UUID

import c2pa

from app import signing
from app.workers.labels import COMPOSITE, TRAINED

TYPES = {
    ".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg", ".flac": "audio/flac", ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
}  # fmt: skip
OFFLINE: dict[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
    "builder": {"thumbnail": {"enabled": False}},
}


def signed(files: dict[str, bytes], creation_id: UUID, signers: list[str] | None = None) -> dict[str, bytes]:
    """All that can carry a signature, each with its own; a second signature takes the place of the first.

    `signers`: of what it was made from, if it was made from anything.
    """
    return {name: _signed(name, data, _manifest(creation_id, signers)) for name, data in files.items()}


def _signed(name: str, data: bytes, manifest: dict[str, Any]) -> bytes:
    media_type = TYPES.get(PurePath(name).suffix)
    if media_type is None:
        return data
    written = io.BytesIO()
    with c2pa.Builder(manifest, _context()) as builder:
        builder.sign(_signer(), media_type, io.BytesIO(data), written)
    return written.getvalue()


def _manifest(creation_id: UUID, signers: list[str] | None) -> dict[str, Any]:
    made = {"action": "c2pa.created", "digitalSourceType": TRAINED if signers is None else COMPOSITE}
    return {
        "claim_generator_info": [{"name": "qwenimage.art"}],
        "instance_id": creation_id.urn,
        # That it had a history, and whose; what else stood in it, people's names among it, is not ours to pass on.
        "ingredients": [{"relationship": "inputTo", "description": f"Signed by {each}"} for each in signers or []],
        "assertions": [{"label": "c2pa.actions.v2", "created": True, "data": {"actions": [made]}}],
    }


@cache
def _context() -> c2pa.Context:
    return c2pa.Context.from_dict(OFFLINE)


@cache
def _signer() -> c2pa.Signer:
    own = signing.identity()
    chain = b"".join(own.certificates)
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, chain, own.key, None))

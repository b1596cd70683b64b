"""What a piece is made from, fetched when its turn has come: whoever may not use it any more is told so."""

import asyncio
import io
from typing import Any

from PIL import Image

from app import storage
from app.domain import sources
from app.models import Generation, Kind
from app.params import refs
from app.workers import mask


async def gather(work: Generation) -> dict[str, Any]:
    """The params with pictures for the names of pictures, and whole files for the names of sounds.

    Raises NotFound for what was deleted, made private or taken back since it was asked for.
    """
    params: Any = work.params
    found = await sources.find(work.owner, work.kind, params)
    if not found:
        return dict(params)
    files = {ref: await storage.get(source.key) for ref, source in found.items()}
    if work.kind == Kind.SONG:
        return params | {field: files[params[field]] for field in sources.FIELDS[work.kind] if params.get(field)}
    return await asyncio.to_thread(_pictures, params, files)


def _pictures(params: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    pictures = {ref: Image.open(io.BytesIO(data)).convert("RGB") for ref, data in files.items()}
    images = [pictures[ref] for ref in refs(params["image"])]
    if params.get("task_type") != "inpaint":
        return params | {"image": images}
    return params | {
        "image": images, "mask_image": mask.draw(params, images[0].size, pictures.get(params.get("mask_image", ""))),
    }  # fmt: skip

"""What is public behind a veil: others see its colours and no more, in every place, until they press.

The veil is in the bytes. A piece's media key gives anybody but its maker a picture from which nothing can be told and
no sound; the same key with CLEAR behind it, which only the page of the piece names and only after a press, gives what
is there. The words that it was made from go with it.
"""

from copy import copy
from typing import Any
from uuid import UUID

from app.domain import releases
from app.models import Creation

CLEAR = "~"
FILES = {"full.webp": "veil.webp", "thumb.webp": "veil.webp", "card.jpg": "veil.jpg"}
"What stands for what; all other files of the piece are not there for others."


async def veil(creation_id: UUID) -> None:
    """Call inside a transaction. Housekeeping draws the veil; until it has, others see a plain ground."""
    await _write(creation_id, True)
    await releases.anew(creation_id)


async def lift(creation_id: UUID) -> None:
    """Call inside a transaction."""
    await _write(creation_id, False)


async def _write(creation_id: UUID, veiled: bool) -> None:
    changes: dict[Any, Any] = {Creation.veiled: veiled, Creation.version: Creation.version + 1}
    await Creation.update(changes).where(Creation.id == creation_id)


def behind(creation: Creation) -> Creation:
    """As whoever did not make it sees it."""
    if not creation.veiled:
        return creation
    seen = copy(creation)
    seen.title, seen.prompt, seen.params, seen.show_prompt, seen.remix = "", "", {}, False, False
    return seen


def pressed(creation: Creation) -> Creation:
    """As whoever pressed sees it: this once, on this page."""
    if not creation.veiled:
        return creation
    seen = copy(creation)
    seen.media_key, seen.veiled, seen.remix = creation.media_key + CLEAR, False, False
    return seen

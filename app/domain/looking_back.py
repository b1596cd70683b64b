"""What is public already when the rules about words change is judged by them as well, a piece at a time."""

from uuid import UUID

from app import db, rulebook
from app.domain import library, setting_aside
from app.models import Creation

BATCH = 200


async def judge_again() -> int:
    """How many pieces were looked at. Stopped and begun again, it goes on where it was."""
    looked = 0
    while waiting := await _waiting():
        for creation_id in waiting:
            await _judge(creation_id)
        looked += len(waiting)
    return looked


async def _waiting() -> list[UUID]:
    rows = await Creation.raw(
        "SELECT id FROM published_creation WHERE judged_by <> {} ORDER BY id LIMIT {}", rulebook.edition(), BATCH
    )
    return [row["id"] for row in rows]


async def _judge(creation_id: UUID) -> None:
    uncovered: list[UUID] = []
    async with db.transaction():
        # Its row is the lock, as for whoever is changing it.
        rows = await Creation.raw("SELECT owner FROM published_creation WHERE id = {} FOR UPDATE", creation_id)
        if not rows:
            return
        before = await library.get_own(creation_id, rows[0]["owner"])
        if await setting_aside.judge_words(before, before.params):
            uncovered = await library.hide(creation_id)
        await Creation.update({Creation.judged_by: rulebook.edition()}).where(Creation.id == creation_id)
        now = await library.get_own(creation_id, before.owner)
    if (now.visibility, now.veiled) != (before.visibility, before.veiled):
        await library.announce(creation_id, before.owner, withdrawn=True)
    await library.take_covers_away(uncovered)

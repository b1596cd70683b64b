"""Following makers: a private bookmark of a person's own, which chooses what they see and tells nobody."""

from datetime import UTC, datetime
from uuid import UUID

from app.domain import accounts
from app.errors import N_, Invalid
from app.models import Account, Follow


async def follow(handle: str, viewer_id: UUID, wanted: bool) -> Account:
    """Say it or take it back; saying it twice counts once."""
    maker = await accounts.by_handle(handle)
    if maker.id == viewer_id:
        raise Invalid(N_("This is your own page."))
    if wanted:
        await Follow.raw(
            "INSERT INTO follow (id, account, maker, created_at) VALUES (gen_random_uuid(), {}, {}, {})"
            " ON CONFLICT DO NOTHING",
            viewer_id, maker.id, datetime.now(UTC),
        )  # fmt: skip
    else:
        await Follow.delete().where(Follow.account == viewer_id, Follow.maker == maker.id)
    return maker


async def follows(viewer_id: UUID | None, maker_id: UUID) -> bool:
    return viewer_id is not None and await Follow.exists().where(Follow.account == viewer_id, Follow.maker == maker_id)


async def followers(maker_id: UUID) -> int:
    """How many; who they are is nobody's business."""
    rows = await Follow.raw(
        "SELECT count(*) AS n FROM follow WHERE maker = {} AND account NOT IN (SELECT id FROM withheld_account)",
        maker_id,
    )
    return int(rows[0]["n"])

"""What templates/uploads/_picker.html shows, for whichever page it is on: one's sources, the limits, the consent."""

from typing import Any
from uuid import UUID

from app import settings
from app.domain import receiving, uploads

KEPT = (1, 7, 30)


async def picker(owner_id: UUID) -> dict[str, Any]:
    """Beside `errors` of the page. It holds a form of its own, so it stands beside other forms and not inside."""
    return {
        "uploads": await uploads.list_own(owner_id), "used": await uploads.used(owner_id), "quota": uploads.quota(),
        "most": {"image": receiving.most("image"), "sound": receiving.most("sound")},
        "minutes": int(settings.get().upload_minutes), "days": days_offered(), "consent": receiving.CONSENT,
    }  # fmt: skip


def days_offered() -> list[int]:
    """The longest first: what happens when nothing is chosen."""
    longest = settings.get().upload_days
    return sorted({longest, *(days for days in KEPT if days < longest)}, reverse=True)

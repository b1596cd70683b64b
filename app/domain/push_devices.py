"""Browsers that their person allowed to be told: each is added by hand, listed, and goes with its sign-in."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app import db, web_push
from app.errors import N_, Conflict, Invalid, NotFound
from app.models import PushDevice

MOST = 20
LONGEST = 800


async def add(account_id: UUID, session_id: UUID, endpoint: str, public_key: str, secret: str) -> None:
    """The same browser again is the same device, now of whoever is signed in there."""
    if len(endpoint) > LONGEST or not web_push.is_service(endpoint):
        raise Invalid(N_("We cannot reach this browser: we do not know the service that its notices go through."))
    if not web_push.is_readable(public_key, secret):
        raise Invalid(N_("Your browser gave us no key to write to it. Try again."))
    async with db.transaction():
        rows = await PushDevice.raw(
            "INSERT INTO push_device (id, account, session, endpoint, public_key, secret, created_at)"
            " SELECT gen_random_uuid(), {}, {}, {}, {}, {}, {}"
            " WHERE (SELECT count(*) FROM push_device WHERE account = {} AND endpoint <> {}) < {}"
            " ON CONFLICT (endpoint) DO UPDATE SET account = excluded.account, session = excluded.session,"
            " public_key = excluded.public_key, secret = excluded.secret RETURNING id",
            account_id, session_id, endpoint, public_key, secret, datetime.now(UTC), account_id, endpoint, MOST,
        )  # fmt: skip
    if not rows:
        raise Conflict(N_("{limit} devices are enough. Remove one first."), limit=MOST)


async def remove(device_id: UUID, account_id: UUID) -> None:
    rows = await (
        PushDevice.delete().where(PushDevice.id == device_id, PushDevice.account == account_id).returning(PushDevice.id)
    )  # fmt: skip
    if not rows:
        raise NotFound


async def list_of(account_id: UUID) -> list[dict[str, Any]]:
    """Each with what is known of the device from its sign-in."""
    return await PushDevice.raw(
        "SELECT push.id, push.created_at, session.id AS session, session.device FROM push_device push"
        " JOIN session ON session.id = push.session WHERE push.account = {} ORDER BY push.created_at DESC",
        account_id,
    )


async def of(account_ids: set[UUID]) -> dict[UUID, list[PushDevice]]:
    found: dict[UUID, list[PushDevice]] = {}
    for device in await PushDevice.objects().where(PushDevice.account.is_in(list(account_ids))):
        found.setdefault(device.account, []).append(device)
    return found


async def forget(device_id: UUID) -> None:
    """Its browser took the permission back, or is no more."""
    await PushDevice.delete().where(PushDevice.id == device_id)

"""The account behind the key."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, patch

from app.domain import accounts, credits, handles
from app.models import Account
from app.routes.api import tagged
from app.routes.api.shapes import WRITTEN, Cursor, Visibility, one_of, said
from app.routes.pages import Http, signed_in


class Me(msgspec.Struct):
    id: UUID
    name: str
    handle: str
    language: str
    theme: str
    default_visibility: str
    balance: int


class Preferences(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str | None, said(pattern=WRITTEN, maxLength=accounts.NAME_LENGTH)] = None
    handle: Annotated[
        str | None,
        said(
            "The end of your page's address",
            pattern=f"^{handles.FORM.pattern}$",
            minLength=handles.SHORTEST,
            maxLength=handles.LONGEST,
        ),
    ] = None
    language: Annotated[str, one_of(*accounts.CHOICES["language"])] | None = None
    theme: Annotated[str, one_of(*accounts.CHOICES["theme"])] | None = None
    default_visibility: Visibility | None = None


class Movement(msgspec.Struct):
    change: Annotated[int, msgspec.Meta(description="Of the balance: more than none came in, less went out")]
    reason: str
    reference: str
    posted_at: datetime


class Statement(msgspec.Struct):
    balance: int
    items: list[Movement]
    next: Annotated[str, msgspec.Meta(description="Send it as `after` for the next page; empty at the end")]


@get("/me", scope="read")
async def read_me(request: Http) -> Me:
    return await _shown(signed_in(request))


@patch("/me", scope="account")
async def change_me(request: Http, data: Preferences) -> Me:
    me = signed_in(request)
    tagged.check(request, await _shown(me))
    changes = {field: value for field, value in msgspec.structs.asdict(data).items() if value is not None}
    handle = changes.pop("handle", me.handle)
    accounts.checked(changes)  # before anything is written: all of it or none
    if handle != me.handle:
        await handles.change(me.id, handle)
    return await _shown(await accounts.update(me.id, **changes))


@get("/me/credits", scope="read")
async def read_credits(request: Http, after: Cursor = "") -> Statement:
    """What changed the balance, newest first: the movements of the billing page."""
    me = signed_in(request)
    found = await credits.statement_page(me.id, after)
    return Statement(
        await credits.balance(me.id),
        [Movement(each["change"], each["reason"], each["reference"], each["posted_at"]) for each in found.items],
        found.next,
    )


async def _shown(account: Account) -> Me:
    await credits.grant_daily(account.id)
    return Me(
        account.id, account.name, account.handle, account.language, account.theme, account.default_visibility,
        await credits.balance(account.id),
    )  # fmt: skip


HANDLERS = [read_me, change_me, read_credits]

"""Addresses that are told when work ends."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import Parameter

from app import strangers
from app.domain import hooks
from app.models import Delivery, Webhook
from app.routes.api import tagged
from app.routes.api.shapes import said
from app.routes.pages import Http, signed_in, uuid_of

MOST_TOLD = 50


Url = Annotated[
    str, said("https, on the public internet", format="uri", pattern=r"^https://[a-z]", maxLength=strangers.LONGEST)
]
Events = Annotated[list[str], said(minItems=1, uniqueItems=True, items={"type": "string", "enum": list(hooks.EVENTS)})]


AtOnce = Annotated[bool, Parameter(description="The secret before ends now: somebody else may know it.")]


class NewHook(msgspec.Struct, forbid_unknown_fields=True):
    url: Url
    events: Events = msgspec.field(default_factory=lambda: list(hooks.EVENTS))


class HookChange(msgspec.Struct, forbid_unknown_fields=True):
    url: Url | None = None
    events: Events | None = None
    on: Annotated[bool | None, msgspec.Meta(description="Switched on again, it is told what waited")] = None


class Hook(msgspec.Struct, kw_only=True):
    """An address of yours. It is told ids, signed as standardwebhooks.com describes."""

    id: UUID
    url: str
    events: list[str]
    on: bool
    created_at: datetime
    secret: Annotated[str, msgspec.Meta(description="Only where it is made: it is shown once")] = ""


class Hooks(msgspec.Struct):
    items: list[Hook]


class Told(msgspec.Struct, kw_only=True):
    """One thing told to one address: its id is the `webhook-id` of the call."""

    id: UUID
    event: str
    generation: UUID | None
    tries: int
    status: Annotated[int, msgspec.Meta(description="What the last try was answered; 0 for nothing")]
    trouble: Annotated[str, msgspec.Meta(description="Why nothing: time, name, place, trust or line")]
    created_at: datetime
    delivered_at: datetime | None
    given_up_at: datetime | None


class AllTold(msgspec.Struct):
    items: list[Told]
    "The newest 50."


@get("/webhooks", scope="webhooks")
async def list_webhooks(request: Http) -> Hooks:
    return Hooks([_hook(each) for each in await hooks.list_own(signed_in(request).id)])


@post("/webhooks", status_code=201, scope="webhooks")
async def create_webhook(request: Http, data: NewHook) -> Hook:
    """The answer is the only place where its secret is ever seen."""
    row, shown = await hooks.create(signed_in(request).id, data.url, set(data.events))
    return _hook(row, shown)


@get("/webhooks/{webhook_id:str}", scope="webhooks")
async def read_webhook(request: Http, webhook_id: str) -> Hook:
    return _hook(await hooks.get_own(uuid_of(webhook_id), signed_in(request).id))


@patch("/webhooks/{webhook_id:str}", scope="webhooks")
async def change_webhook(request: Http, webhook_id: str, data: HookChange) -> Hook:
    wanted, me = uuid_of(webhook_id), signed_in(request)
    tagged.check(request, _hook(await hooks.get_own(wanted, me.id)))
    events = None if data.events is None else set(data.events)
    return _hook(await hooks.change(wanted, me.id, data.url, events, data.on))


@delete("/webhooks/{webhook_id:str}", status_code=204, scope="webhooks")
async def delete_webhook(request: Http, webhook_id: str) -> None:
    """What it was still to be told goes with it."""
    await hooks.remove(uuid_of(webhook_id), signed_in(request).id)


@post("/webhooks/{webhook_id:str}/secret", status_code=200, scope="webhooks")
async def renew_secret(request: Http, webhook_id: str, at_once: AtOnce = False) -> Hook:
    """Another secret, in this answer only. The one before signs as well for a day."""
    wanted, me = uuid_of(webhook_id), signed_in(request)
    shown = await hooks.renew(wanted, me.id, at_once)
    return _hook(await hooks.get_own(wanted, me.id), shown)


@post("/webhooks/{webhook_id:str}/test", status_code=202, limit="webhook-tests", scope="webhooks")
async def test_webhook(request: Http, webhook_id: str) -> Told:
    """One call of the type `test`, in a moment; what came of it stands in its deliveries."""
    return _told(await hooks.try_out(uuid_of(webhook_id), signed_in(request).id))


@get("/webhooks/{webhook_id:str}/deliveries", scope="webhooks")
async def list_deliveries(request: Http, webhook_id: str) -> AllTold:
    hook = await hooks.get_own(uuid_of(webhook_id), signed_in(request).id)
    return AllTold([_told(each) for each in await hooks.newest(hook.id, MOST_TOLD)])


def _hook(row: Webhook, shown: str = "") -> Hook:
    return Hook(
        id=row.id, url=row.url, events=row.events.split(), on=row.off_at is None, created_at=row.created_at,
        secret=shown,
    )  # fmt: skip


def _told(row: Delivery) -> Told:
    return Told(
        id=row.id, event=row.event, generation=row.generation, tries=row.tries, status=row.status,
        trouble=row.trouble, created_at=row.created_at, delivered_at=row.delivered_at, given_up_at=row.given_up_at,
    )  # fmt: skip


HANDLERS = [
    list_webhooks, create_webhook, read_webhook, change_webhook, delete_webhook, renew_secret, test_webhook,
    list_deliveries,
]  # fmt: skip

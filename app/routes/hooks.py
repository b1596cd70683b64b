"""A person's own addresses that are told when work ends: their page, making one, trying it, switching it."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, Router, get, post

from app import strangers
from app.domain import hooks
from app.errors import DomainError
from app.models import Delivery
from app.roles import Power
from app.routes.pages import Http, form_of, form_page, freshly_signed_in, go, partial, signed_in, typed, uuid_of

FIRST = {"url": "", "events": list(hooks.EVENTS)}
HERE = "/account/webhooks"


@get(HERE)
async def index(request: Http) -> Response[Any]:
    freshly_signed_in(request)
    return await _shown(request)


@post(HERE, status_code=200)
async def create(request: Http) -> Response[Any]:
    """The answer is the only place where the secret is ever seen."""
    me, form = freshly_signed_in(request), await form_of(request)
    url, events = str(form.get("url", "")), [str(event) for event in form.getall("events", [])]
    try:
        _, shown = await hooks.create(me.id, url, set(events))
    except DomainError as error:
        typed_ = {"url": url, "events": events}
        return await _shown(request, error, form=typed_)
    return await _shown(request, shown=shown)


@post(HERE + "/{hook_id:str}/renew", status_code=200)
async def renew(request: Http, hook_id: str) -> Response[Any]:
    me = freshly_signed_in(request)
    return await _shown(request, shown=await hooks.renew(uuid_of(hook_id), me.id))


@post(HERE + "/{hook_id:str}/end-former", status_code=200)
async def end_former(request: Http, hook_id: str) -> Response[Any]:
    await hooks.end_former(uuid_of(hook_id), freshly_signed_in(request).id)
    return go(f"{HERE}#hook-{hook_id}")


@post(HERE + "/{hook_id:str}/test", status_code=200, limit="webhook-tests")
async def try_out(request: Http, hook_id: str) -> Response[Any]:
    await hooks.try_out(uuid_of(hook_id), signed_in(request).id)
    return go(f"{HERE}#hook-{hook_id}")


@post(HERE + "/{hook_id:str}/switch", status_code=200)
async def switch(request: Http, hook_id: str) -> Response[Any]:
    form = await typed(request)
    await hooks.change(uuid_of(hook_id), signed_in(request).id, on=form.get("on") == "1")
    return go(f"{HERE}#hook-{hook_id}")


@post(HERE + "/{hook_id:str}/remove", status_code=200)
async def remove(request: Http, hook_id: str) -> Response[Any]:
    await hooks.remove(uuid_of(hook_id), signed_in(request).id)
    return go(HERE)


@get(HERE + "/{hook_id:str}/deliveries")
async def deliveries(request: Http, hook_id: str) -> Response[Any]:
    """Asked for every few seconds while something is on its way."""
    hook = await hooks.get_own(uuid_of(hook_id), signed_in(request).id)
    return partial(request, "account/_deliveries.html", hook=hook, told=await hooks.newest(hook.id), **WORDS)


WORDS = {"events": hooks.EVENTS, "test": hooks.TEST, "troubles": strangers.TROUBLES}


async def _shown(request: Http, error: DomainError | None = None, **context: Any) -> Response[Any]:
    found = await hooks.list_own(signed_in(request).id)
    told: dict[Any, list[Delivery]] = {hook.id: await hooks.newest(hook.id) for hook in found}
    known = {"form": FIRST, "shown": "", "now": datetime.now(UTC)} | context
    return await form_page(request, "account/webhooks.html", error, hooks=found, told_to=told, **WORDS, **known)


router = Router("", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[
    index, create, renew, end_former, try_out, switch, remove, deliveries,
])  # fmt: skip

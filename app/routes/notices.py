"""What the studio told a person: the list behind the bell, the choices, the way out of mails, the local mailbox."""

from typing import Any

from litestar import Response, Router, get, post

from app import i18n, mail, settings, templating, web_push
from app.domain import notices, outbox, push_devices
from app.domain.notice_kinds import GROUPS, KINDS
from app.errors import N_, NotFound
from app.roles import Power
from app.routes.pages import Http, came_by_proxy, form_of, go, language, page, signed_in

CHANNELS = {"app": N_("here"), "mail": N_("by mail"), "push": N_("on devices")}


@get("/notices", may=Power.MAKE)
async def index(request: Http) -> Response[Any]:
    """Seen is read: the page still shows what was new."""
    me = signed_in(request)
    items = [notice for notice in await notices.list_of(me.id) if notice.kind in KINDS]
    await notices.read_all(me.id)
    return await page(
        request, "notices/index.html", items=items, kinds=KINDS, unread=0,
        paths={notice.id: mail.path_of(notice) for notice in items},
    )  # fmt: skip


@get("/account/notices", may=Power.MAKE)
async def choices(request: Http, saved: bool = False) -> Response[Any]:
    me = signed_in(request)
    by_group: dict[str, dict[str, list[notices.Choice]]] = {group: {} for group in GROUPS}
    for choice in await notices.choices_of(me.id):
        by_group[KINDS[choice.kind].group].setdefault(choice.kind, []).append(choice)
    return await page(
        request, "notices/choices.html", groups=GROUPS, by_group=by_group, kinds=KINDS, saved=saved,
        channels={channel: i18n.spoken(name, language(request)) for channel, name in CHANNELS.items()},
        devices=await push_devices.list_of(me.id), here=request.auth and request.auth.id,
        push_key=web_push.public_key(),
    )  # fmt: skip


@post("/account/notices", status_code=200, may=Power.MAKE)
async def choose(request: Http) -> Response[Any]:
    me, form = signed_in(request), await form_of(request)
    on = [str(value).partition(":") for value in form.getall("on", [])]
    await notices.choose_all(me.id, {(kind, channel) for kind, _, channel in on})
    return go("/account/notices?saved=true")


@get("/unsubscribe/{token:str}")
async def ask_to_stop(request: Http, token: str) -> Response[Any]:
    """The same page for every token: a forged one learns nothing."""
    return await page(request, "notices/stop.html", done=False)


@post("/unsubscribe/{token:str}", status_code=200)
async def stop(request: Http, token: str) -> Response[Any]:
    """Pressed on our page, or by a mail program on its person's behalf (RFC 8058). The token is all the proof."""
    if known := mail.unsealed(token):
        await notices.stop_mails(*known)
    return await page(request, "notices/stop.html", done=True)


@get("/mailbox")
async def mailbox(request: Http) -> Response[Any]:
    """For a studio on one's own machine, reached without a proxy: whoever reads this could open any account."""
    chosen, asked_here = settings.get(), request.url.hostname in settings.LOOPBACK and not came_by_proxy(request)
    if chosen.smtp_url or not chosen.is_local or not asked_here:
        raise NotFound
    newest = await outbox.newest_mails()
    receivers = await outbox.receivers_of(newest)
    letters = [
        {
            "to": receivers[notice.id].address, "at": notice.created_at, "path": mail.path_of(notice),
            "title": templating.said(KINDS[notice.kind].title, notices.facts_of(notice), language(request)),
            "text": templating.said(KINDS[notice.kind].text, notices.facts_of(notice), language(request)),
        }
        for notice in newest
    ]  # fmt: skip
    return await page(request, "notices/mailbox.html", letters=letters)


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[
    index, choices, choose, ask_to_stop, stop, mailbox,
])  # fmt: skip

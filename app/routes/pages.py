"""From a template and its context to an answer: language, theme, who looks, and the parts that every page shows."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import FormMultiDict
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from app import i18n, settings, templating
from app.domain import credits, notices, sessions
from app.errors import DomainError, NotFound, NotFresh, NotSignedIn
from app.models import Account, Session, ids
from app.params import Problems
from app.routes import agreed, rules
from app.routes.envelope import policy_with

Http = Request[Account | None, Session | None, Any]
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
FORMS = {"", "application/x-www-form-urlencoded", "multipart/form-data"}


def signed_in(request: Http) -> Account:
    if request.user is None:
        raise NotSignedIn
    return request.user


def freshly_signed_in(request: Http) -> Account:
    """For what cannot be undone: whoever proved it too long ago is asked once more and comes back.

    Ask on the page with the form as well as where it is sent, so that nobody types what is then lost.
    """
    account = signed_in(request)
    if not is_fresh(request):
        raise NotFresh
    return account


def is_fresh(request: Http) -> bool:
    return request.auth is not None and datetime.now(UTC) - request.auth.proved_at <= sessions.FRESH


def viewer_id(request: Http) -> UUID | None:
    return request.user.id if request.user else None


def is_htmx(request: Http) -> bool:
    return request.headers.get("hx-request") == "true"


def language(request: Http) -> str:
    account = request.scope.get("user")
    return i18n.choose(
        account.language if account else None, request.cookies.get("language"), request.headers.get("accept-language")
    )


async def page(request: Http, template: str, status: int = 200, /, **context: Any) -> Response[str]:
    """A whole page or a partial; nothing of it is kept by caches, for it may differ for everybody."""
    account = request.scope.get("user")
    answer = agreed.by(request)
    measured = agreed.is_measured(answer)
    common: dict[str, Any] = {
        "me": account,
        "balance": await credits.balance(account.id) if account else None,
        "unread": await notices.unread(account.id) if account else None,
        "theme": account.theme if account else request.cookies.get("theme", "auto"),
        "path": request.url.path, "error": None, "live": "",
        "measured": measured, "kind_of_page": request.scope.get("path_template", ""),
        "measuring": settings.get().ga_measurement_id, "question": agreed.question_for(answer),
        "honoured": answer.gpc and not answer.asked, "ahead": await rules.ahead(language(request)),
    }  # fmt: skip
    html = templating.render(template, language(request), **(common | context))
    headers = {"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language, HX-Request, Sec-GPC"}
    if measured:
        headers["Content-Security-Policy"] = policy_with(agreed.GOOGLE)
    response = Response(html, status_code=status, media_type="text/html", headers=headers)
    if answer.gpc:
        await agreed.honour_signal(request, response, language(request))
    return response


async def form_page(
    request: Http, template: str, error: DomainError | None = None, /, **context: Any
) -> Response[str]:  # fmt: skip
    """A page with a form: the first time, or once more with what is wrong beside each field."""
    status, errors = (error.status, problems(request, error)) if error else (200, {})
    return await page(request, template, status, **({"errors": errors} | context))


def came_by_proxy(request: Request[Any, Any, Any]) -> bool:
    """In the name of somebody who may be anywhere, although the connection comes from this machine."""
    return any(name in request.headers for name in FORWARDED)


def partial(request: Http, template: str, status: int = 200, /, **context: Any) -> Response[str]:
    html = templating.render(template, language(request), me=request.user, **context)
    return Response(html, status_code=status, media_type="text/html", headers={"Cache-Control": "no-store"})


def go(path: str) -> Redirect:
    """After a form: 303, so that a reload does not send it again."""
    return Redirect(path, status_code=303)


def wanted(request: Http) -> str:
    """The page somebody asked for, to come back to it; a form that was sent has none."""
    if request.method != "GET":
        return ""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def ask_again(request: Http) -> Response[Any]:
    """To the question whether it is really them, and back to the page or, after a form, to where the form stood."""
    stood = urlsplit(str(request.headers.get("hx-current-url") or request.headers.get("referer") or ""))
    back = ("" if is_htmx(request) else wanted(request)) or inside(stood.path, "/account")
    address = f"/is-it-you?{urlencode({'next': back})}"
    if is_htmx(request):
        return Response("", status_code=200, headers={"HX-Redirect": address, "Cache-Control": "no-store"})
    return go(address)


def inside(path: str, otherwise: str = "/") -> str:
    """Only addresses of our own: what comes in a form may have been written by anybody."""
    fine = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if fine else otherwise


async def form_of(request: Http) -> FormMultiDict:
    if request.content_type[0] not in FORMS:
        raise HTTPException(status_code=415)
    return await request.form()


async def typed(request: Http) -> dict[str, str]:
    """The form's text fields as typed; a field sent twice counts as it was sent last."""
    form = await form_of(request)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def problems(request: Http, error: DomainError) -> dict[str, str]:
    """Field to sentence, translated; the empty field is for what belongs to none."""
    errors = error.errors if isinstance(error, Problems) else {error.field or "": error}
    with i18n.speaking(language(request)):
        return {field: i18n.sentence(each.sentence, **each.values) for field, each in errors.items()}


def uuid_of(text: str) -> UUID:
    """A forged id is simply nothing that exists."""
    found = ids.read(text)
    if found is None:
        raise NotFound
    return found


def number_of(text: str) -> int:
    """The same of what is counted."""
    if not text.isascii() or not text.isdecimal():
        raise NotFound
    return int(text[:18])

"""Coming in: by password, by a code after it, by passkey, by a link in a letter; and going out."""

from typing import Any

from litestar import Response, Router, get, post

from app.domain import accounts, credits, devices, factors, letters, passkeys
from app.errors import DomainError
from app.models import LetterPurpose
from app.roles import Power
from app.routes import agreed, entry, pages
from app.routes.pages import Http, form_page, go, inside, page, typed


@get("/sign-in")
async def form(request: Http, next: str = "") -> Response[Any]:
    return await form_page(request, "account/sign_in.html", form={}, next=inside(next, ""))


@post("/sign-in", status_code=200, limit="sign-in", way="local")
async def sign_in(request: Http) -> Response[Any]:
    form = await typed(request)
    email, target = form.get("email", ""), entry.target(form, "/create")
    try:
        account = await accounts.authenticate(email, form.get("password", ""), entry.browser(request, email))
    except DomainError as error:
        return await form_page(request, "account/sign_in.html", error, form=entry.kept(form), next=target)
    return await entry.first_proof_given(request, account, target)


@get("/sign-in/code", way="local")
async def ask_code(request: Http, next: str = "") -> Response[Any]:
    if entry.halfway(request) is None:
        return go("/sign-in")
    return await form_page(request, "account/code.html", next=inside(next, "/create"))


@post("/sign-in/code", status_code=200, limit="sign-in", way="local")
async def give_code(request: Http) -> Response[Any]:
    form, account_id = await typed(request), entry.halfway(request)
    if account_id is None:
        return go("/sign-in")
    target = entry.target(form, "/create")
    try:
        await factors.check(account_id, form.get("code", ""))
    except DomainError as error:
        return await form_page(request, "account/code.html", error, next=target)
    return await entry.enter(request, await accounts.get(account_id), target, strong=True)


@post("/passkeys/challenge", status_code=200, limit="sign-in", way="local")
async def challenge(request: Http) -> Response[str]:
    options = await passkeys.options_to_enter(entry.site(request))
    return Response(options, media_type="application/json", headers={"Cache-Control": "no-store"})


@post("/sign-in/passkey", status_code=200, limit="sign-in", way="local")
async def by_passkey(request: Http) -> Response[Any]:
    form = await typed(request)
    target = entry.target(form, "/create")
    try:
        account_id = await passkeys.authenticate(form.get("credential", ""), entry.site(request))
    except DomainError as error:
        return await form_page(request, "account/sign_in.html", error, form={}, next=target)
    return await entry.enter(request, await accounts.get(account_id), target, strong=True)


@get("/sign-in/letter", way="local")
async def ask_entrance(request: Http) -> Response[Any]:
    return await form_page(request, "account/ask_letter.html", form={}, reset=False)


@post("/sign-in/letter", status_code=200, limit="reset", way="local")
async def send_entrance(request: Http) -> Response[Any]:
    return await _send(request, letters.offer_entrance, reset=False)


@get("/reset", way="local")
async def ask_reset(request: Http) -> Response[Any]:
    return await form_page(request, "account/ask_letter.html", form={}, reset=True)


@post("/reset", status_code=200, limit="reset", way="local")
async def send_reset(request: Http) -> Response[Any]:
    return await _send(request, letters.offer_reset, reset=True)


async def _send(request: Http, offer: Any, *, reset: bool) -> Response[Any]:
    form = await typed(request)
    try:
        await offer(form.get("email", ""), pages.language(request))
    except DomainError as error:
        return await form_page(request, "account/ask_letter.html", error, form=form, reset=reset)
    return go("/letter-sent")


@get("/letter-sent")
async def letter_sent(request: Http) -> Response[Any]:
    return await page(request, "account/letter_sent.html")


@get("/letter/{token:str}", way="local")
async def look_at_letter(request: Http, token: str) -> Response[Any]:
    """Nothing happens yet: mail programs follow links to see where they lead."""
    return await _letter(request, await letters.find(token), token)


@post("/letter/{token:str}", status_code=200, limit="reset", way="local")
async def open_letter(request: Http, token: str) -> Response[Any]:
    form, letter = await typed(request), await letters.find(token)
    try:
        if letter.purpose == LetterPurpose.ADDRESS:
            await letters.open_address(token)
            return go("/account?saved=true")
        if letter.purpose == LetterPurpose.SIGN_UP:
            account = await letters.open_sign_up(token)
            await agreed.count(request, "sign_up")
            await credits.grant_daily(account.id)
        elif letter.purpose == LetterPurpose.RESET:
            account = await letters.open_reset(token, form.get("password", ""))
        else:
            account = await letters.open_entrance(token)
    except DomainError as error:
        if error.field is None:
            raise
        return await _letter(request, letter, token, error)
    return await entry.first_proof_given(request, account, "/create")


async def _letter(request: Http, letter: Any, token: str, error: DomainError | None = None) -> Response[Any]:
    response = await form_page(request, "account/letter.html", error, purpose=letter.purpose, token=token)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@post("/sign-out", status_code=200)
async def sign_out(request: Http) -> Response[Any]:
    if request.auth:
        await devices.leave(request.auth)
    return entry.go_out("/")


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[
    form, sign_in, ask_code, give_code, challenge, by_passkey, ask_entrance, send_entrance, ask_reset, send_reset,
    letter_sent, look_at_letter, open_letter, sign_out,
])  # fmt: skip

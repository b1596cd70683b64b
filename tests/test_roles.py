"""Every door, every role. Who comes in is written at the door, and a door without a word opens for nobody."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar, get
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from app import roles
from app.domain import sessions
from app.main import create_app
from app.roles import Power, Role
from app.routes import pages
from app.routes.pages import Http
from tests.people import Browser, Person, door, grow_old, staff
from tests.routes.test_who_sees_what import DEEDS, LISTS, WAYS

PLACE = re.compile(r"\{[^}]*\}")
FILE = re.compile(r"(?<=/)(\w+\.(png|webp|jpg)|0)$")
SWAPPED_ELSEWHERE = {
    "PATCH /api/v1/uploads/{}/bytes": "tests/uploads/test_resuming.py",
    "GET /static/{}": "files of ours, the same for everybody",
    "GET /api/v1/{}": "answers for what is nowhere",
    "GET /unsubscribe/{}": "its token is all the proof: tests/routes/test_notices.py",
    "POST /unsubscribe/{}": "the same",
    "GET /support/{}": "tests/support/test_cases.py",
    "POST /support/{}": "the same",
    "GET /admin/cases/{}": "the staff's, and nobody's own",
    "POST /admin/cases/{}/reply": "the same",
    "POST /admin/cases/{}/take": "the same",
    "POST /admin/cases/{}/close": "the same",
    "POST /admin/cases/{}/child": "the same",
    "POST /account/notices/devices/{}/remove": "tests/notices/test_devices.py",
    "POST /u/{}/follow": "tests/domain/test_following.py",
    "GET /privacy/history/{}": "published texts, the same for everybody",
    "GET /letter/{}": "its token is all the proof: tests/identity/test_letters.py",
    "POST /letter/{}": "the same",
    "POST /account/devices/{}/sign-out": "tests/identity/test_devices.py",
    "POST /account/passkeys/{}/remove": "tests/identity/test_passkeys.py",
    "GET /admin/money/{}/refund": "whose payment it is does not matter to who may bill: tests/payments/test_admin.py",
    "POST /admin/money/{}/refund": "the same",
    "GET /admin/pieces/{}": "the same",
    "GET /admin/pieces/{}/picture": "the same",
    "POST /admin/pieces/{}/decide": "the same",
    "GET /admin/disclosures/{}": "tests/policy/test_disclosures.py",
    "POST /admin/disclosures/{}/approve": "the same",
    "POST /admin/disclosures/{}/refuse": "the same",
    "POST /admin/disclosures/{}/hand-over": "the same",
    "GET /c/{}/report": "tests/support/test_moderation.py",
    "POST /c/{}/report": "the same",
    "GET /decisions/{}": "the same",
    "POST /decisions/{}/appeal": "the same",
    "POST /admin/switches/{}": "the staff's, and nobody's own",
    "GET /account/webhooks/{}/deliveries": "tests/hooks/test_hooks.py",
    "POST /account/webhooks/{}/renew": "the same",
    "POST /account/webhooks/{}/end-former": "the same",
    "POST /account/webhooks/{}/test": "the same",
    "POST /account/webhooks/{}/switch": "the same",
    "POST /account/webhooks/{}/remove": "the same",
    "GET /api/v1/webhooks/{}": "the same",
    "PATCH /api/v1/webhooks/{}": "the same",
    "DELETE /api/v1/webhooks/{}": "the same",
    "POST /api/v1/webhooks/{}/secret": "the same",
    "POST /api/v1/webhooks/{}/test": "the same",
    "GET /api/v1/webhooks/{}/deliveries": "the same",
    "GET /schema/{}": "the description of the API",
    "GET /privacy/center/takeout/{}": "tests/policy/test_center.py",
    "POST /privacy/center/takeout/{}/discard": "the same",
    "GET /stay/{}": "its token is all the proof: tests/policy/test_lying_idle.py",
    "POST /stay/{}": "the same",
    "GET /g/{}/sound": "tests/domain/test_while_it_forms.py",
    "WEBSOCKET /api/v1/generations/{}/events": "tests/realtime/test_programs.py",
}


def doors(app: Litestar) -> Iterator[tuple[str, BaseRouteHandler]]:
    """`GET /g/{}` and who answers."""
    for route in app.routes:
        if "HEAD" in str(getattr(route, "methods", "")) and len(getattr(route, "methods", [])) == 1:
            continue
        handlers = getattr(route, "route_handlers", None) or [route.route_handler]  # type: ignore[attr-defined]
        for handler in handlers:
            methods = getattr(handler, "http_methods", {"WEBSOCKET"})
            for method in sorted(set(map(str, methods)) - {"HEAD", "OPTIONS"}):
                yield f"{method} {PLACE.sub('{}', route.path)}", handler


def test_every_door_to_somebodys_thing_is_tried_by_somebody_else():
    """The identity swap: whatever has an id in its address stands in the table of who sees what."""
    asked = [re.sub(r"\{watch\w*\}|\?.*", "", way.request).split()[:2] for way in WAYS + LISTS + DEEDS]
    tried = {" ".join([method, PLACE.sub("{}", FILE.sub("{}", path))]) for method, path in asked}
    with_ids = {where for where, _ in doors(create_app()) if "{}" in where}

    assert sorted(with_ids - tried - set(SWAPPED_ELSEWHERE)) == []


@pytest.mark.policy("P45")
@pytest.mark.parametrize("role", [Role.GUEST, *sorted(roles.GIVEN)])
async def test_every_role_at_every_door(web: Litestar, visitor: Browser, role: Role):
    """Asked for what never was: who may not is told to sign in or finds nothing; who may is not sent away."""
    person = visitor if role is Role.GUEST else await staff(web, role)
    wrong = []
    for where, handler in doors(web):
        if not isinstance(handler, HTTPRouteHandler) or where.endswith("/sign-out"):
            continue
        answer = await ask(person, where)
        sent_away = answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in")
        allowed = roles.may(role, handler.opt["may"])
        if allowed and handler.opt["may"] != Power.LOOK and (sent_away or answer.status_code == 403):
            wrong.append(f"{role} may, and got {answer.status_code}: {where}")
        if not allowed and not (sent_away if role is Role.GUEST else answer.status_code == 404):
            wrong.append(f"{role} may not, and got {answer.status_code}: {where}")

    assert wrong == []


async def ask(person: Browser, where: str) -> httpx.Response:
    method, path = where.replace("{}", str(uuid4())).split(" ")
    return await person.request(method, path, follow_redirects=False)


@get("/only-for-moderators", may=Power.MODERATE)
async def only_for_moderators() -> str:
    return "in"


@get("/forgotten")
async def forgotten() -> str:
    return "in"


@get("/cannot-be-undone", may=Power.MAKE)
async def cannot_be_undone(request: Http) -> str:
    pages.freshly_signed_in(request)
    return "in"


@pytest.fixture
async def other_studio(services: object) -> Litestar:
    """With three doors more, so that the real one keeps its own."""
    app = create_app()
    for handler in (only_for_moderators, forgotten, cannot_be_undone):
        app.register(handler)
    return app


async def at(app: Litestar, person: Person, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=door(app), base_url="http://127.0.0.1:8000") as client:
        return await client.get(path, cookies={"session": person.token}, headers=person.headers)


@pytest.mark.parametrize("role", sorted(roles.GIVEN))
async def test_a_door_for_staff_is_not_there_for_others(other_studio: Litestar, clean: None, role: Role):
    person = await staff(other_studio, role)

    answer = await at(other_studio, person, "/only-for-moderators")

    assert answer.status_code == (200 if role in {Role.MODERATOR, Role.ADMIN} else 404)


@pytest.mark.policy("P45")
async def test_a_door_that_says_nothing_opens_for_nobody(other_studio: Litestar, clean: None):
    assert (await at(other_studio, await staff(other_studio, Role.ADMIN), "/forgotten")).status_code == 404


async def test_staff_come_in_by_two_factors_only(other_studio: Litestar, clean: None):
    person = await staff(other_studio, Role.MODERATOR)
    weak = Person(other_studio, person.account, await sessions.begin(person.me, "browser"))

    answer = await at(other_studio, weak, "/only-for-moderators")

    assert answer.status_code == 403 and "second factor" in answer.text


async def test_who_came_long_ago_is_asked_once_more_and_comes_back(other_studio: Litestar, alice: Person):
    assert (await at(other_studio, alice, "/cannot-be-undone")).text == "in"
    await grow_old(alice.me)

    asked = await at(other_studio, alice, "/cannot-be-undone?with=care")

    assert asked.headers["location"] == "/is-it-you?next=%2Fcannot-be-undone%3Fwith%3Dcare"
    wrong = await alice.post("/is-it-you", data={"password": "not her password", "next": "/cannot-be-undone"})
    assert wrong.status_code == 422
    assert (await at(other_studio, alice, "/cannot-be-undone")).status_code == 303
    right = await alice.post("/is-it-you", data={"password": "three unrelated words", "next": "/cannot-be-undone"})
    assert right.headers["location"] == "/cannot-be-undone"
    assert (await at(other_studio, alice, "/cannot-be-undone")).text == "in"

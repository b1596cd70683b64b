"""What the law makes us hand out: two others agree, exactly what was asked for goes out, and Alice is told in time."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from litestar import Litestar

from app.domain import archive, audit, disclosures, leaving
from app.errors import Conflict, Refused
from app.models import AuditEvent, Disclosure, Notice, Session
from app.roles import Role
from tests.people import Browser, Person, creation, staff

pytestmark = pytest.mark.policy("P40")

REGISTER = "/admin/disclosures"
SCOPE = ["account.email", "creation.prompt", "creation.seed"]
WANTED = {"authority": "Court of Somewhere, 7 B 12/26", "basis": "Art. 10, order of 3 November 2026"}


@pytest.fixture
async def three(web: Litestar, clean: None, anyio_backend: object) -> list[Person]:
    """Who asks, and two who may agree."""
    return [await staff(web, role) for role in (Role.DPO, Role.ADMIN, Role.DPO)]


async def asked(who: Person, about: Person, **changed: object) -> UUID:
    answer = await who.post(REGISTER, data={"whom": about.account.email, "scope": SCOPE} | WANTED | changed)
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["location"].rsplit("/", 1)[1])


async def handed(three: list[Person], about: Person, **changed: object) -> dict[str, bytes]:
    disclosure_id = await asked(three[0], about, **changed)
    for each in three[1:]:
        assert (await each.post(f"{REGISTER}/{disclosure_id}/approve")).status_code == 303
    answer = await three[0].post(f"{REGISTER}/{disclosure_id}/hand-over")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        return {name: found.read(name) for name in found.namelist()}


async def test_exactly_what_two_agreed_to_goes_out_and_no_column_more(alice: Person, bob: Person, three: list[Person]):
    made = await creation(alice.me, "a red fox", "private")
    await creation(bob.me, "somebody else's")

    files = await handed(three, alice)

    assert files.keys() == {"data/account.json", "data/creation.json", "manifest.json"}
    assert json.loads(files["data/account.json"]) == [{"email": alice.account.email}]
    assert json.loads(files["data/creation.json"]) == [{"prompt": "a red fox", "seed": made.seed}]
    cover = json.loads(files["manifest.json"])
    assert cover["scope"] == SCOPE and cover["approved_by"] == [str(each.me) for each in three[1:]]
    [row] = await Disclosure.objects()
    assert len(row.sha256) == 64 and row.handed_by == three[0].me


async def test_of_some_rows_only_and_their_files(alice: Person, three: list[Person]):
    first, _ = await creation(alice.me, "the first"), await creation(alice.me, "the second")

    files = await handed(three, alice, scope=["creation.prompt", "creation.files"], items=str(first.id))

    assert json.loads(files["data/creation.json"]) == [{"prompt": "the first"}]
    media = {name for name in files if name.startswith("media/")}
    assert media and all(f"media/creations/{first.id}/" in name for name in media)


async def test_who_asked_never_agrees_and_nobody_agrees_twice(alice: Person, three: list[Person]):
    disclosure_id = await asked(three[0], alice)
    path = f"{REGISTER}/{disclosure_id}"

    assert (await three[0].post(f"{path}/approve")).status_code == 403
    assert (await three[1].post(f"{path}/approve")).status_code == 303
    assert (await three[1].post(f"{path}/approve")).status_code == 409
    assert (await three[0].post(f"{path}/approve")).status_code == 403
    assert (await three[0].post(f"{path}/hand-over")).status_code == 409, "one of two is not two"
    for columns in ("second_by = first_by", "second_by = asked_by", "first_by = asked_by"):
        with pytest.raises(asyncpg.CheckViolationError):
            await Disclosure.raw(f"UPDATE disclosure SET {columns}")
    with pytest.raises(asyncpg.CheckViolationError):
        await Disclosure.raw("UPDATE disclosure SET handed_at = now()")
    with pytest.raises((Refused, Conflict)):
        await disclosures.approve(disclosure_id, three[0].me)


async def test_one_no_is_the_end_of_it(alice: Person, three: list[Person]):
    path = f"{REGISTER}/{await asked(three[0], alice)}"
    await three[1].post(f"{path}/approve")

    assert (await three[2].post(f"{path}/refuse")).status_code == 303

    assert (await three[2].post(f"{path}/approve")).status_code == 409
    assert (await three[0].post(f"{path}/hand-over")).status_code == 409
    assert "Refused" in (await three[1].get(path)).text and await Notice.count() == 0


async def test_she_is_told_and_finds_it_among_her_data(alice: Person, bob: Person, three: list[Person]):
    await handed(three, alice)

    told = await Notice.select(Notice.account, Notice.channel).where(Notice.kind == "privacy.disclosed")
    assert {(row["account"], row["channel"]) for row in told} == {(alice.me, "app"), (alice.me, "mail")}
    hers, his = (await alice.get("/privacy/center")).text, (await bob.get("/privacy/center")).text
    assert WANTED["authority"] in hers and "creation.prompt" in hers and WANTED["authority"] not in his
    assert await disclosures.tell() == 0, "once"


async def test_a_silence_hides_it_from_all_she_can_see_until_its_day_and_then_says_why(
    alice: Person, three: list[Person]
):
    before = (await alice.get("/privacy/center")).text, await taken(alice)
    end = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    await handed(three, alice, silent_until=end, silent_why="An order of the court")

    assert (await alice.get("/privacy/center")).text == before[0] and await taken(alice) == before[1]
    assert await disclosures.tell() == await Notice.count() == 0

    later = datetime.now(UTC) + timedelta(days=31)
    await Disclosure.raw("UPDATE disclosure SET silent_until = now() - interval '1 minute'")
    assert await disclosures.tell(later) == 1
    page = (await alice.get("/privacy/center")).text
    assert "An order of the court" in page and b"Court of Somewhere" in (await taken(alice))["record/disclosure.json"]


async def taken(person: Person) -> dict[str, bytes]:
    whole = b"".join([piece async for piece in archive.pack(person.me)])
    with zipfile.ZipFile(io.BytesIO(whole)) as found:
        return {name: found.read(name) for name in found.namelist() if "disclosure" in name}


async def test_every_step_is_in_the_sealed_log_with_ids_and_no_words(alice: Person, three: list[Person]):
    await handed(three, alice)
    await audit.seal()

    events = await AuditEvent.objects().where(AuditEvent.action.like("disclosure.%")).order_by(AuditEvent.number)
    assert [(event.action, event.actor) for event in events] == [
        ("disclosure.ask", three[0].me), ("disclosure.approve", three[1].me), ("disclosure.approve", three[2].me),
        ("disclosure.hand", three[0].me),
    ]  # fmt: skip
    assert alice.account.email not in str([event.to_dict() for event in events])
    assert [broken async for broken in audit.verify()] == []


async def test_when_she_leaves_the_register_stays_and_says_so(alice: Person, three: list[Person]):
    await handed(three, alice)
    shares = {share.title: share for share in await leaving.plan(alice.me)}
    assert shares["What the law made us hand out"].stays_until

    await leaving.begin(alice.me)
    await leaving.finish(alice.me)

    [row] = await Disclosure.objects()
    assert row.authority == WANTED["authority"] and alice.account.email not in str(row.to_dict())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"whom": "nobody@example.org"}, "whom"), ({"whom": ""}, "whom"), ({"authority": " \u202e "}, "authority"),
        ({"basis": ""}, "basis"), ({"scope": []}, "scope"), ({"scope": ["identity.secret"]}, "scope"),
        ({"scope": ["account.email; DROP"]}, "scope"), ({"items": "all of it"}, "items"),
        ({"silent_until": "2020-01-01", "silent_why": "x"}, "silent_until"),
        ({"silent_until": "2999-01-01", "silent_why": "x"}, "silent_until"),
        ({"silent_until": "soon", "silent_why": "x"}, "silent_until"), ({"silent_until": "2026-12-31"}, "silent_why"),
        ({"silent_why": "An order"}, "silent_until"), ({"authority": "x" * 201}, "authority"),
    ],
)  # fmt: skip
async def test_what_is_not_whole_is_said_and_nothing_typed_is_lost(
    alice: Person, three: list[Person], wrong: dict[str, object], field: str
):
    answer = await three[0].post(REGISTER, data={"whom": alice.account.email, "scope": SCOPE} | WANTED | wrong)

    assert answer.status_code == 422 and f'id="{field}-problem"' in answer.text
    assert "basis" in wrong or WANTED["basis"] in answer.text
    assert await Disclosure.count() == 0


@pytest.mark.parametrize("role", [Role.CREATOR, Role.MODERATOR, Role.SUPPORT, Role.BILLING])
async def test_nobody_else_can_tell_that_there_is_a_register(web: Litestar, alice: Person, three, role: Role):
    path = f"{REGISTER}/{await asked(three[0], alice)}"
    other = alice if role == Role.CREATOR else await staff(web, role)

    for method, way in (("GET", path), ("POST", f"{path}/approve"), ("POST", f"{path}/hand-over"), ("GET", REGISTER)):
        answer = await other.request(method, way)
        nothing = await other.request(method, way.replace(path[-36:], str(uuid4())))
        assert answer.status_code == nothing.status_code == 404


async def test_what_opens_everything_asks_who_it_is_once_more(alice: Person, three: list[Person]):
    path = f"{REGISTER}/{await asked(three[0], alice)}"
    await Session.update({Session.proved_at: datetime.now(UTC) - timedelta(days=2)}, force=True)

    for way in ("approve", "hand-over"):
        assert (await three[1].post(f"{path}/{way}")).headers["location"].startswith("/is-it-you")
    assert (await three[1].get(f"{path[:-1]}x")).status_code == 404


async def test_everybody_reads_how_often_it_was(alice: Person, visitor: Browser, three: list[Person]):
    await handed(three, alice)

    page = (await visitor.get("/trust")).text
    assert f"{datetime.now(UTC).year}: requests 1, refused 0, handed over 1." in page
    assert WANTED["authority"] not in page

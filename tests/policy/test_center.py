"""The privacy centre: what is held is told as it is now, and a button for each right does what it says."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import escape

from app.domain import leaving, takeout
from app.domain.processing import record
from app.models import Account, AuditEvent, Session, Takeout
from app.routes import agreed
from tests.people import Browser, Person, creation, finished

CENTER = "/privacy/center"


@pytest.mark.policy("P03")
async def test_it_tells_what_is_held_as_it_is_now(alice: Person):
    empty = await alice.get(CENTER)
    await finished(alice.me, pictures=2)
    busy = await alice.get(CENTER)

    assert empty.status_code == 200 and "<dt>Pictures and songs</dt>" not in empty.text
    assert "<dt>Pictures and songs</dt><dd>2</dd>" in busy.text


@pytest.mark.policy("P53")
async def test_a_copy_is_asked_for_made_and_fetched_in_parts_by_its_owner_alone(
    alice: Person, bob: Person, visitor: Browser
):
    await creation(alice.me)
    for _ in range(2):
        assert (await alice.post(f"{CENTER}/takeout")).status_code == 303
    assert "It is being made." in (await alice.get(CENTER)).text
    await takeout.make_waiting()
    found = await takeout.newest(alice.me)
    address = f"{CENTER}/takeout/{found.id}"
    assert address in (await alice.get(CENTER)).text

    whole = await alice.get(address)
    first = await alice.get(address, headers={"Range": "bytes=0-99"})
    rest = await alice.get(address, headers={"Range": "bytes=100-"})

    assert (first.status_code, rest.status_code) == (206, 206) and first.content + rest.content == whole.content
    assert zipfile.ZipFile(io.BytesIO(whole.content)).testzip() is None
    assert (await bob.get(address)).status_code == (await bob.post(f"{address}/discard")).status_code == 404
    assert (await visitor.get(address)).headers["location"].startswith("/sign-in")
    assert await Takeout.count() == 1

    assert (await alice.post(f"{address}/discard")).status_code == 303
    assert (await alice.get(address)).status_code == 404


@pytest.mark.policy("P53")
async def test_after_a_week_the_link_is_dead_and_swept(alice: Person):
    await takeout.make(await takeout.ask(alice.me))
    found = await takeout.newest(alice.me)
    assert timedelta(days=6, hours=23) < found.keep_until - datetime.now(UTC) <= timedelta(days=7)

    await Takeout.update({Takeout.keep_until: datetime.now(UTC)}).where(Takeout.id == found.id)

    assert (await alice.get(f"{CENTER}/takeout/{found.id}")).status_code == 404
    assert await takeout.sweep() >= 1 and await Takeout.count() == 0


@pytest.mark.parametrize(
    "door", ["POST takeout", "GET takeout/01890000-0000-7000-8000-000000000000", "GET leave", "POST leave"]
)
async def test_what_opens_everything_or_ends_it_asks_who_it_is_once_more(alice: Person, door: str):
    long_ago = datetime.now(UTC) - timedelta(days=2)
    await Session.update({Session.proved_at: long_ago}).where(Session.account == alice.me)
    method, path = door.split()

    answer = await alice.request(method, f"{CENTER}/{path}", data={"sure": "yes"} if method == "POST" else None)

    assert answer.headers["location"].startswith("/is-it-you")
    assert await Takeout.count() == 0 and not (await Account.objects().get(Account.id == alice.me)).withheld_at


@pytest.mark.policy("P15")
@pytest.mark.policy("P50")
async def test_leaving_says_what_goes_and_stays_wants_a_tick_and_hides_at_once(alice: Person, visitor: Browser):
    made = await creation(alice.me)
    page = (await alice.get(f"{CENTER}/leave")).text
    assert all(words in page for words in ("Movements of credits", "Ten years", "Pictures and songs"))

    unsure = await alice.post(f"{CENTER}/leave", data={})
    assert unsure.status_code == 422 and "no way back" in unsure.text
    assert (await visitor.get(f"/c/{made.slug}")).status_code == 200

    gone = await alice.post(f"{CENTER}/leave", data={"sure": "yes"})

    assert gone.headers["location"] == "/privacy/left" and "Clear-Site-Data" in gone.headers
    assert (await visitor.get(f"/c/{made.slug}")).status_code == 404
    assert (await alice.get(CENTER)).headers["location"].startswith("/sign-in")
    assert await leaving.carry_on() == 1


@pytest.mark.policy("P52")
async def test_restricting_is_one_press_each_way_and_pressing_twice_is_harmless(alice: Person, visitor: Browser):
    made = await creation(alice.me)

    for _ in range(2):
        await alice.post(f"{CENTER}/restrict", data={"restricted": "yes"})
    assert (await visitor.get(f"/c/{made.slug}")).status_code == 404
    assert "Your data is kept and not used." in (await alice.get(CENTER)).text

    await alice.post(f"{CENTER}/restrict", data={"restricted": "no"})
    assert (await visitor.get(f"/c/{made.slug}")).status_code == 200
    assert (await alice.post(f"{CENTER}/restrict", data={"restricted": "perhaps"})).status_code == 422


@pytest.mark.policy("P31")
@pytest.mark.policy("P52")
async def test_an_objection_ends_the_use_where_it_is_read(alice: Person, monkeypatch: pytest.MonkeyPatch):
    await alice.post("/privacy/choices", data={"analytics": "accept"})
    read_by = list[bool]()
    before = agreed.by

    def noted(request: object) -> agreed.Agreed:
        read_by.append((found := before(request)).analytics)  # type: ignore[arg-type]
        return found

    monkeypatch.setattr(agreed, "by", noted)
    await alice.get("/privacy/choices")
    assert read_by.pop()

    await alice.post(f"{CENTER}/object", data={"purpose": "analyse", "objects": "yes"})
    read_by.clear()
    await alice.get("/privacy/choices")
    assert not read_by.pop(), "the browser agreed, the person does not"

    await alice.post(f"{CENTER}/object", data={"purpose": "analyse", "objects": "no"})
    read_by.clear()
    await alice.get("/privacy/choices")
    assert read_by.pop()
    assert await AuditEvent.count().where(AuditEvent.actor == alice.me) == 2


@pytest.mark.policy("P31")
@pytest.mark.policy("P52")
async def test_the_log_of_sign_ins_cannot_be_objected_to_and_the_reason_is_told(alice: Person):
    answer = await alice.post(f"{CENTER}/object", data={"purpose": "protect", "objects": "yes"})

    assert answer.status_code == 403 and "a person will look at it" in answer.text
    assert (await alice.post(f"{CENTER}/object", data={"purpose": "everything"})).status_code == 422


@pytest.mark.policy("P26")
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_record_of_processing_is_public_and_whole(visitor: Browser, language: str):
    answer = await visitor.get("/privacy/processing", headers={"Accept-Language": language})

    assert answer.status_code == 200
    for each in record():
        assert all(f"<code>{column}</code>" in answer.text for column in each.columns)
        assert escape(each.kept[language][0]) in answer.text

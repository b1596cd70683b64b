"""Carol tells us that an account is a child's; Mona looks, and presses once. Whoever may not, cannot."""

import pytest

from app.domain import audit, leaving
from app.models import Account, AuditEvent, Case, CaseEvent, Leaving, Upload
from tests.people import Browser, Person, creation, staff
from tests.routes.reading import read
from tests.routes.scene import uploaded

pytestmark = pytest.mark.policy("P60")


@pytest.fixture
async def case(visitor: Browser) -> Case:
    told = {"kind": "child", "title": "A child", "text": "She is ten.", "email": "carol@example.org"}
    await visitor.post("/support", data=told)
    [found] = await Case.objects()
    return found


def pressed(handle: str, **form: str) -> dict[str, str]:
    return {"handle": handle, "sure": "yes"} | form


async def test_one_press_hides_it_at_once_and_erases_it(case: Case, alice: Person, visitor: Browser, web):
    piece = await creation(alice.me)
    await uploaded(alice.me)
    mona = await staff(web, "moderator")
    assert "Is it a child" in (await mona.get(f"/admin/cases/{case.number}")).text

    answer = await mona.post(f"/admin/cases/{case.number}/child", data=pressed(alice.account.handle))

    assert answer.status_code == 303
    assert (await visitor.get(f"/c/{piece.slug}")).status_code == 404
    assert (await visitor.get(f"/m/{piece.media_key}/full.webp")).status_code == 404
    assert (await alice.get("/library")).status_code == 303, "signed out"
    [event] = await AuditEvent.objects().where(AuditEvent.action == "account.child").output(load_json=True)
    assert (event.actor, event.subject, event.detail) == (mona.me, str(alice.me), {"case": str(case.number)})

    await leaving.carry_on()
    await audit.seal()

    left = await Account.objects().get(Account.id == alice.me)
    assert left.email == left.name == "" and not await Upload.exists()
    assert (await Leaving.objects().get(Leaving.account == alice.me)).finished_at
    assert [each async for each in audit.verify()] == []


@pytest.mark.parametrize("role", ["creator", "support", "dpo", "billing"])
async def test_nobody_else_can(case: Case, alice: Person, web, role: str):
    who = await staff(web, role)
    answer = await who.post(f"/admin/cases/{case.number}/child", data=pressed(alice.account.handle))

    assert answer.status_code == 404 and not await Leaving.exists()


@pytest.mark.parametrize(("wrong", "problem"), [
    ({"handle": "nobody-at-all"}, "There is no such account."), ({"handle": ""}, "There is no such account."),
    ({"handle": "\u202e" * 99}, "There is no such account."),
    ({"sure": ""}, "Tick that you are sure; there is no way back."),
])  # fmt: skip
async def test_what_is_wrong_is_said_and_nothing_happens(case: Case, alice: Person, web, wrong, problem: str):
    mona = await staff(web, "moderator")
    form = pressed(alice.account.handle) | wrong
    answer = await mona.post(f"/admin/cases/{case.number}/child", data=form)

    assert answer.status_code == 422 and read(answer).problems == [problem]
    assert read(answer).fields["handle"] == form["handle"]
    assert not await Leaving.exists() and not await AuditEvent.exists().where(AuditEvent.action == "account.child")


async def test_staff_are_no_children_and_other_cases_close_no_account(case: Case, alice: Person, visitor: Browser, web):
    mona, sam = await staff(web, "moderator"), await staff(web, "support")
    asked = {"kind": "question", "title": "x", "text": "y", "email": "carol@example.org"}
    await visitor.post("/support", data=asked)
    [other] = await Case.objects().where(Case.kind == "question")

    colleague = await mona.post(f"/admin/cases/{case.number}/child", data=pressed(sam.account.handle))
    elsewhere = await mona.post(f"/admin/cases/{other.number}/child", data=pressed(alice.account.handle))

    assert (colleague.status_code, elsewhere.status_code) == (422, 404)
    assert not await Leaving.exists() and await CaseEvent.count() == 2


async def test_pressed_twice_is_once(case: Case, alice: Person, web):
    mona = await staff(web, "moderator")
    for _ in range(2):
        await mona.post(f"/admin/cases/{case.number}/child", data=pressed(alice.account.handle))
    await leaving.carry_on()

    assert await Leaving.count() == 1

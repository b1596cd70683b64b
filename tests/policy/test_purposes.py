"""What is held is held for one of seven purposes, on a ground that fits it, and an objection ends what can be ended."""

import ast
import html
from pathlib import Path

import pytest
from piccolo.columns import Varchar
from piccolo.table import Table

from app import i18n, shipped
from app.domain import objecting, policies, processing, withholding
from app.domain.people import personal_tables
from app.domain.withheld import Why
from app.models import Account, inventory
from app.models.inventory import Basis, Purpose
from tests.people import Browser, Person

APP = Path(__file__).parents[2] / "app"
ASKING = {"objects", "select", "update", "delete", "raw", "insert", "count", "exists"}
# Nobody else reads rows about people: whoever watches or works asks by itself whether it still may.
MAY_READ = {"realtime/rights.py", "realtime/lobby.py", "workers/dressing.py"}
# What the agreement needs: the account, what is made and brought, how it is told, and what is paid.
NEEDED = {Purpose.ACCOUNT, Purpose.PROVIDE, Purpose.NOTIFY, Purpose.PERSONALISE}


def personal() -> list[tuple[str, inventory.Held]]:
    return [
        (f"{table._meta.tablename}.{column._meta.name}", kind)
        for table in personal_tables()
        for column, kind in inventory.columns(table)
    ]


@pytest.mark.policy("P13")
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_there_are_the_seven_purposes_of_the_policy_and_each_is_told(visitor: Browser, language: str):
    policy = shipped.policy(policies.FIRST, language)
    _, _, uses, *_ = policy.split("<h2>")
    page = html.unescape((await visitor.get("/privacy/processing", headers={"Accept-Language": language})).text)

    assert uses.count("<li>") == len(Purpose) == len(processing.PURPOSES) == 7
    assert {kind.purpose for _, kind in personal()} <= set(Purpose)
    assert len(personal()) <= page.count("<code>")


@pytest.mark.policy("P13")
def test_a_column_that_does_not_say_what_for_cannot_be_read_by_anything_that_asks():
    class Careless(Table):
        shoe_size = Varchar(4)

    with pytest.raises(KeyError):
        list(inventory.columns(Careless))


@pytest.mark.policy("P13")
def test_rows_about_people_are_read_in_the_domain_and_hardly_anywhere_else():
    tables = {table.__name__ for table in personal_tables()}
    found, looked = set(), 0
    for path in APP.rglob("*.py"):
        where = str(path.relative_to(APP))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in ASKING and ast.unparse(called.value) in tables:
                looked += 1
                found |= {where} if not where.startswith("domain/") else set()

    assert looked > 100 and found <= MAY_READ


@pytest.mark.policy("P13")
@pytest.mark.parametrize("why", list(Why))
async def test_what_is_withheld_is_used_for_no_purpose_at_all(alice: Person, why: Why):
    before = await Account.objects().get(Account.id == alice.me)
    await withholding.withhold(alice.me, why)
    after = await Account.objects().get(Account.id == alice.me)

    assert before and after
    assert [objecting.may_use(before, each) for each in Purpose] == [True] * 7
    assert [objecting.may_use(after, each) for each in Purpose] == [False] * 7


@pytest.mark.policy("P29")
def test_the_agreement_is_the_ground_for_what_it_needs_and_for_nothing_else():
    contract = {name: kind for name, kind in personal() if kind.basis == Basis.CONTRACT}

    beyond = {name for name, kind in contract.items() if kind.purpose not in NEEDED}
    assert len(contract) > 50 and beyond == set()
    assert not {kind.purpose for kind in contract.values()} & {Purpose.ANALYSE, Purpose.PROTECT}
    # Choices, sessions, the log and what was written to us stand on grounds of their own.
    others = {table: {kind.basis for _, kind in inventory.columns(table)} for table in personal_tables()}
    named = {table._meta.tablename: grounds for table, grounds in others.items()}
    for table in ("consent_event", "session", "audit_event", "case_file", "ledger_entry"):
        assert Basis.CONTRACT not in named[table], table


@pytest.mark.policy("P31")
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_every_interest_of_ours_is_weighed_where_everybody_can_read_it(visitor: Browser, language: str):
    page = html.unescape((await visitor.get("/privacy/processing", headers={"Accept-Language": language})).text)
    interests = {kind.purpose for _, kind in personal() if kind.basis == Basis.INTEREST} | set(objecting.OPEN)

    assert interests <= set(processing.BALANCES)
    spoken = i18n.language.set(language)
    try:
        assert all(i18n._(sentence) in page for sentence in processing.BALANCES.values())
    finally:
        i18n.language.reset(spoken)


@pytest.mark.policy("P31")
async def test_an_objection_counts_from_the_next_reading_on_and_is_taken_back_as_easily(alice: Person):
    async def may() -> bool:
        account = await Account.objects().get(Account.id == alice.me)
        assert account is not None
        return objecting.may_use(account, Purpose.ANALYSE)

    assert await may()
    for objects in (True, True, False):
        await alice.post("/privacy/center/object", data={"purpose": "analyse", "objects": "yes" if objects else "no"})
        assert await may() is not objects

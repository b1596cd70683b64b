"""Alice takes her work elsewhere: everything about her is in the copy, no secret is, and it can be read again."""

import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import jsonschema
import msgspec
import pytest

from app import storage
from app.domain import accounts, archive, arriving, library, showing, takeout
from app.domain.people import personal_tables
from app.errors import Conflict, Invalid
from app.models import Account, Creation, Identity, Session, inventory
from app.models.inventory import Export
from app.workers import housekeeping
from tests.people import Person, creation, finished

pytestmark = [pytest.mark.policy("P53"), pytest.mark.policy("P56")]


async def joined(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def packed(person: Person) -> bytes:
    return await joined(archive.pack(person.me))


def contents(packed: bytes, *folders: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        return {name: found.read(name) for name in found.namelist() if name.startswith(folders)}


async def busy(alice: Person, bob: Person) -> Creation:
    """Alice has done a little of everything."""
    _, [piece, _] = await finished(alice.me, "=cmd|' /C calc'!A0", pictures=2)
    await creation(alice.me, "ثعلب أحمر", "private")
    await library.describe(piece.id, alice.me, "Fox", True)
    await library.share(piece.id, alice.me, 7)
    theirs = await creation(bob.me, "bob's own secret words")
    await showing.like(theirs.slug, alice.me, True)
    return piece


@pytest.mark.policy("P04")
async def test_every_column_that_is_exported_is_in_the_copy_and_no_other_is(alice: Person, bob: Person):
    await busy(alice, bob)

    found = contents(await packed(alice), "schema/", "csv/")

    for table in personal_tables():
        name = table._meta.tablename
        told = {column._meta.name for column, kind in inventory.columns(table) if kind.export != Export.NEVER}
        header = next(csv.reader(io.StringIO(found[f"csv/{name}.csv"].decode())))
        assert set(header) == told | {table._meta.primary_key._meta.name}, name


async def test_no_secret_and_nobody_elses_words_are_in_it(alice: Person, bob: Person):
    piece = await busy(alice, bob)

    everything = b"".join(contents(await packed(alice), "").values())

    identity = await Identity.objects().get(Identity.account == alice.me)
    session = await Session.objects().get(Session.account == alice.me)
    assert identity and session
    for secret in (identity.secret, session.token_sha256, alice.token, piece.media_key, "bob's own secret words"):
        assert secret.encode() not in everything
    assert alice.account.email.encode() in everything and "ثعلب أحمر".encode() in everything


async def test_what_is_said_of_the_files_is_true_of_them(alice: Person, bob: Person):
    await busy(alice, bob)
    whole = await packed(alice)

    found = contents(whole, "")
    for name, schema in contents(whole, "schema/").items():
        jsonschema.validate(msgspec.json.decode(found[name.removeprefix("schema/")]), msgspec.json.decode(schema))
    outbox = msgspec.json.decode(found["outbox.json"])
    works = msgspec.json.decode(found["works.jsonld"])["@graph"]
    assert outbox["totalItems"] == len(outbox["orderedItems"]) == len(works) == 3
    assert {work["contentUrl"] for work in works} <= found.keys()
    assert b",'=cmd" in found["csv/creation.csv"], "a spreadsheet would run it"


async def test_there_and_back_again_gives_the_same_files(alice: Person, bob: Person, services, tmp_path: Path):
    piece = await busy(alice, bob)
    before = await packed(alice)
    (file := tmp_path / "alice.zip").write_bytes(before)
    await Account.delete(force=True)
    await storage.delete_all("creations")

    arrived = await arriving.arrive(file)

    after = await packed(alice)
    assert arrived.account_id == alice.me and arrived.files == 12
    assert contents(after, "data/", "media/", "outbox.json", "works.jsonld") == contents(
        before, "data/", "media/", "outbox.json", "works.jsonld"
    )
    again = await library.get_own(piece.id, alice.me)
    assert again.media_key != piece.media_key, "an old link to the bytes opens nothing in another studio"
    assert (await accounts.get(alice.me)).role == "creator"


async def test_a_person_who_is_here_already_is_not_read_twice(alice: Person, tmp_path: Path):
    (file := tmp_path / "alice.zip").write_bytes(await packed(alice))

    with pytest.raises(Conflict):
        await arriving.arrive(file)


def rewritten(original: bytes, changes: dict[str, bytes], manifest: bool = True) -> bytes:
    """The same archive with other contents; with `manifest`, one that agrees with them."""
    found = contents(original, "") | changes
    if manifest:
        told = msgspec.json.decode(found["manifest.json"], type=archive.Manifest)
        entries = [
            archive.Entry(name, len(data), archive.hashlib.sha256(data).hexdigest())
            for name, data in found.items()
            if name != "manifest.json"
        ]
        found["manifest.json"] = msgspec.json.encode(msgspec.structs.replace(told, files=entries))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in found.items():
            out.writestr(name, data)
    return buffer.getvalue()


def swapped(whole: bytes, old: bytes, new: bytes) -> bytes:
    account = contents(whole, "data/account.json")["data/account.json"]
    assert old in account
    return rewritten(whole, {"data/account.json": account.replace(old, new)})


EVIL = {
    "another byte": lambda whole: rewritten(whole, {"data/account.json": b"[]"}, manifest=False),
    "a file too many": lambda whole: rewritten(whole, {"data/extra.json": b"[]"}, manifest=False),
    "cut off": lambda whole: whole[: len(whole) // 2],
    "no zip": lambda whole: b"not a zip at all",
    "nothing": lambda whole: b"",
    "out of its folder": lambda whole: rewritten(whole, {"media/../../evil.png": b"x"}),
    "an absolute name": lambda whole: rewritten(whole, {"/etc/evil": b"x"}),
    "a windows name": lambda whole: rewritten(whole, {"media\\creations\\evil.png": b"x"}),
    "a file of nobody": lambda whole: rewritten(
        whole, {"media/creations/01890000-0000-7000-8000-000000000000/original.png": b"x"}
    ),
    "a tombstone": lambda whole: rewritten(
        whole, {"media/tombstones/01890000-0000-7000-8000-000000000000/original.png": b"x"}
    ),
    "a bomb": lambda whole: rewritten(whole, {"data/generation.json": b"[" + b" " * 300_000_000 + b"]"}),
    "a role": lambda whole: swapped(whole, b'"id"', b'"role":"admin","id"'),
    "somebody else": lambda whole: swapped(whole, b'"id":"0', b'"id":"1'),
    "no rows": lambda whole: rewritten(whole, {"data/account.json": b"{"}),
}  # fmt: skip


@pytest.mark.parametrize("evil", EVIL)
async def test_what_is_not_whole_and_honest_is_refused_and_leaves_nothing(alice: Person, tmp_path: Path, evil: str):
    (file := tmp_path / "evil.zip").write_bytes(EVIL[evil](await packed(alice)))
    await Account.delete(force=True)
    there = set(await storage.keys(""))

    with pytest.raises(Invalid):
        await arriving.arrive(file)

    assert await Account.count() == 0 and set(await storage.keys("")) == there


async def test_a_large_copy_is_not_begun_beside_itself(alice: Person):
    asked = await takeout.ask(alice.me)

    await asyncio.gather(housekeeping.pack({}), housekeeping.pack({}))

    assert (await takeout.get_own(asked.id, alice.me)).tries == 1


async def test_asked_twice_it_is_one_copy_and_housekeeping_makes_it(alice: Person, bob: Person):
    first = await takeout.ask(alice.me)
    assert (await takeout.ask(alice.me)).id == first.id
    assert (await takeout.ask(bob.me)).id != first.id

    assert await takeout.make_waiting() == 2

    ready = await takeout.get_own(first.id, alice.me)
    assert ready.bytes == await storage.size(takeout.key(first.id)) > 1000
    assert (await takeout.ask(alice.me)).id == first.id, "a copy that is there is not made anew"

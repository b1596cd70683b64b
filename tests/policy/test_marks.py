"""Marks are planted in everything that people type, send or carry, and looked for wherever they must not come to light.

A real studio: web, worker and housekeeping, each with its log; Google over a socket; requests that go well, that are
refused, and that break. A mark says where it was planted, so that a leak says what leaked.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from app import cache, mail, settings, storage
from app.domain import credits, takeout
from app.models import TABLES, Account, Creation, Generation, Notice
from app.roles import Role
from tests.faults.watching import Watch
from tests.people import FROM_OUR_PAGE, Person, key_of, staff
from tests.policy.test_measuring import ADULT, Google
from tests.standing import standing
from tests.studio import HOUSEKEEPING, WEB, WORKER, Studio
from tests.test_roles import PLACE, doors
from tests.uploads import files

pytestmark = pytest.mark.policy("P13", "P33", "P12")
TYPED = ("name", "email", "password", "prompt", "negative", "lyrics", "title", "support", "key", "refused", "search")
CARRIED = ("agent", "referer", "forwarded", "language", "cookie", "query", "path", "bearer", "camera", "file")
# What may stand in a table at all, and where: nothing that a browser merely carries does.
KEPT = {"name", "email", "prompt", "negative", "lyrics", "title", "support", "key"}
PUBLIC = {"name"}
"Beside what she makes public; everything of this test is private, so her page is the only place."


STAY_AWAY = {"/account", "/privacy/center/leave", "/privacy/center/restrict"}
"Doors that would take the words for her name, or end her visit."


class Marks(dict[str, str]):
    def __init__(self) -> None:
        super().__init__({each: f"zq{each}{uuid4().hex[:8]}" for each in TYPED + CARRIED})

    def found_in(self, text: str | bytes, but: set[str] = frozenset()) -> set[str]:  # type: ignore[assignment]
        content = (text if isinstance(text, bytes) else text.encode()).lower()
        return {where for where, mark in self.items() if mark.encode() in content and where not in but}


def browser(studio: Studio, marks: Marks) -> httpx.AsyncClient:
    carried = {
        "User-Agent": f"Mozilla/5.0 {marks['agent']}", "Referer": f"{studio.base_url}/{marks['referer']}",
        "X-Forwarded-For": f"{marks['forwarded']}, 203.0.113.9", "Accept-Language": f"en, {marks['language']}",
    }  # fmt: skip
    client = httpx.AsyncClient(base_url=studio.base_url, headers=FROM_OUR_PAGE | carried, timeout=60)
    client.cookies.set("theme", marks["cookie"], domain="127.0.0.1")
    client.cookies.set("consent", marks["cookie"], domain="127.0.0.1", path="/x")
    return client


async def enters(client: httpx.AsyncClient, marks: Marks) -> Account:
    await client.post("/privacy/choices", data={"analytics": "accept"})
    await client.post("/sign-up/age", data=ADULT)
    form = {"name": marks["name"], "email": f"{marks['email']}@example.org", "password": f"long {marks['password']}",
            "default_visibility": "private"}  # fmt: skip
    assert (await client.post("/sign-up", data=form)).status_code == 303
    await client.post("/privacy/choices", data={"analytics": "accept"})
    await client.post("/sign-in", data={"email": form["email"], "password": marks["password"]})
    found = await Account.objects().get(Account.email == form["email"])
    assert found is not None
    return found


async def makes(client: httpx.AsyncClient, studio: Studio, me: Account, marks: Marks) -> None:
    """A picture by the real worker, a song that is asked for and canceled, a photo, and words about all of it."""
    await credits.bring_in(me.id, 10_000, "grant", f"grant:{me.id}:test")
    form = {"prompt": marks["prompt"], "negative_prompt": marks["negative"], "num_inference_steps": "4"}
    assert (await client.post("/create", data=form | {"visibility": "private"})).status_code == 303
    [row] = await Generation.objects()
    watch = Watch(studio, await key_of(me.id), row.id)
    assert (await watch.until_finished())["status"] == "succeeded"
    await watch.close()
    [made] = await Creation.objects()
    await client.post(f"/creations/{made.id}/details", data={"title": marks["title"]})
    await client.post(f"/creations/{made.id}/share", data={"days": "7"})
    await client.post("/create?kind=song", data={"kind": "song", "prompt": marks["prompt"], "lyrics": marks["lyrics"]})
    for each in await Generation.objects():
        await client.post(f"/g/{each.id}/cancel")
    photo = files.photo().replace(b"SecretCamera", marks["camera"][:12].encode())
    sent = {"file": (f"{marks['file']}.jpg", photo, "image/jpeg")}
    assert (await client.post("/uploads", files=sent, data={"agreed": "yes"})).status_code == 303


async def writes(client: httpx.AsyncClient, me: Account, marks: Marks) -> None:
    words = {"kind": "question", "title": marks["title"], "text": marks["support"]}
    assert (await client.post("/support", data=words)).status_code == 303
    await client.post("/privacy/request", data={"kind": "access", "text": marks["support"]})
    await client.post("/account/keys", data={"name": marks["key"], "scopes": "read"})
    await client.get("/library", params={"q": marks["search"]})
    await client.get("/explore", params={"q": marks["search"], marks["query"]: marks["query"]})
    await takeout.make(await takeout.ask(me.id))


async def goes_astray(client: httpx.AsyncClient, marks: Marks, web: object) -> None:
    """Every door, with words that it does not expect, in its address, in its form, as JSON, and with a forged key."""
    fields = ("name", "email", "password", "prompt", "lyrics", "title", "text", "code", "next", "handle", "visibility",
              "kind", "days", "id", "file", "whom", "authority", "because", "ids", "scopes")  # fmt: skip
    wrong = dict.fromkeys(fields, marks["refused"])
    bearer = {"Authorization": f"Bearer {marks['bearer']}"}
    for where, _ in doors(web):  # type: ignore[arg-type]
        method, path = where.split(" ")
        if method == "WEBSOCKET" or path in STAY_AWAY or path.endswith("/sign-out"):
            continue
        address = PLACE.sub(marks["path"], path) + f"?{marks['query']}={marks['query']}&after={marks['query']}"
        if method == "GET":
            await client.get(address)
            await client.get(address, headers=bearer)
        elif path.startswith("/api/"):
            await client.request(method, address, json=wrong, headers=bearer)
        else:
            await client.request(method, address, data=wrong)
            await client.request(method, address, content=json.dumps(wrong), headers={"Content-Type": "text/plain"})


async def breaks(client: httpx.AsyncClient, marks: Marks) -> None:
    """The database refuses a row with her words in it, and says so with the row."""
    connection = await asyncpg.connect(settings.get().database_url)
    try:
        await connection.execute("ALTER TABLE case_event ADD CONSTRAINT no_zq CHECK (text NOT LIKE '%zq%') NOT VALID")
        await connection.execute(
            "ALTER TABLE account ADD CONSTRAINT no_zq CHECK (name NOT LIKE '%zqrefused%') NOT VALID"
        )
        words = {"kind": "question", "title": marks["title"], "text": marks["support"]}
        assert (await client.post("/support", data=words)).status_code == 500
        changed = {"name": marks["refused"], "default_visibility": "private"}
        assert (await client.post("/account", data=changed)).status_code == 500
    finally:
        await connection.execute("ALTER TABLE case_event DROP CONSTRAINT no_zq")
        await connection.execute("ALTER TABLE account DROP CONSTRAINT no_zq")
        await connection.close()


@pytest.fixture
async def marked(
    start_studio: Callable[..., Studio], clean: None, web: object, anyio_backend: object
) -> tuple[Studio, Marks, Google, Account]:
    """Everything was done, and everybody has said what they had to say."""
    await storage.delete_all("")
    marks, google = Marks(), Google()
    async with standing(google) as url:
        told = {"GA_MEASUREMENT_ID": "G-TEST1234", "GA_API_SECRET": "s3cret", "GA_API_URL": url, "LOG_LEVEL": "debug"}
        studio = start_studio(WEB, WORKER, HOUSEKEEPING, **told)
        await asyncio.to_thread(studio.wait_until_ready, 120)
        async with browser(studio, marks) as client:
            me = await enters(client, marks)
            await makes(client, studio, me, marks)
            await writes(client, me, marks)
            await goes_astray(client, marks, web)
            await breaks(client, marks)
        async with asyncio.timeout(60):
            await google.came.wait()
    return studio, marks, google, me


async def test_no_mark_comes_to_light_where_it_must_not(
    marked: tuple[Studio, Marks, Google, Account], bob_late: Person
):
    studio, marks, google, me = marked
    leaks = {f"log of {name}": marks.found_in(studio.log(name)) for name in studio.processes}
    assert "/support broke" in studio.log(WEB) and "CheckViolationError 23514 case_event no_zq" in studio.log(WEB)
    for log in (settings.get().data_dir / "run").glob("*.log"):
        leaks[log.name] = marks.found_in(log.read_bytes())
    leaks |= {"metrics": await metrics_of(studio, marks), "Redis": await kept_in_redis(marks)}
    leaks["Google"] = marks.found_in(str(google.heard))
    leaks |= await seen_by_others(studio, marks, me, bob_late)
    leaks |= await written_to_others(marks, me)
    leaks |= await kept_in_tables(marks)
    leaks |= kept_in_files(marks, settings.get().data_dir / "media")

    assert {where: found for where, found in leaks.items() if found} == {}
    assert marks.found_in(str(await Creation.select())) >= {"prompt", "title"}, "the marks were planted at all"


@pytest.fixture
async def bob_late(marked: object, web: object) -> Person:
    """Somebody else, staff even, who comes when all of it is there."""
    return await staff(web, Role.BILLING)  # type: ignore[arg-type]


async def metrics_of(studio: Studio, marks: Marks) -> set[str]:
    async with httpx.AsyncClient(base_url=studio.base_url) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    return marks.found_in(answer.text)


async def kept_in_redis(marks: Marks) -> set[str]:
    """Keys and what they hold, of whatever kind."""
    redis, found = cache.redis(), b""
    async for key in redis.scan_iter("*"):
        found += bytes(key) + bytes(await redis.dump(key) or b"")
    return marks.found_in(found)


async def seen_by_others(studio: Studio, marks: Marks, me: Account, bob: Person) -> dict[str, set[str]]:
    [made] = await Creation.objects()
    paths = [
        "/",
        "/explore",
        f"/explore?q={marks['prompt'][:4]}",
        "/feed.xml",
        "/sitemap.xml",
        "/api/v1/explore",
        f"/c/{made.slug}",
        f"/g/{made.generation}",
        f"/m/{made.media_key}/full.webp",
        "/library",
        "/trust",
        "/admin/money",
        "/admin/cases",
        f"/oembed?url={studio.base_url}/c/{made.slug}",
        "/uploads",
        "/nothing",
    ]
    leaks = {}
    async with httpx.AsyncClient(base_url=studio.base_url) as stranger:
        for path in [*paths, f"/u/{me.handle}"]:
            own = {"prompt"} if "q=" in path else set()
            for who in (stranger, bob):
                answer = await who.get(path)
                leaks[f"{path} to others"] = marks.found_in(answer.text, PUBLIC | own)
    return leaks


async def written_to_others(marks: Marks, me: Account) -> dict[str, set[str]]:
    """Every mail and notice, as it would go out; her own may name her."""
    leaks = {}
    for notice in await Notice.objects().output(load_json=True):
        words = mail.letter(notice, "somebody@example.org", "en").as_string()
        leaks[f"mail {notice.kind}"] = marks.found_in(words, {"key"} if notice.account == me.id else set())
    assert leaks
    return leaks


async def kept_in_tables(marks: Marks) -> dict[str, set[str]]:
    """What a browser carries, what was refused and what is secret is in no column of any table."""
    leaks = {}
    for table in TABLES:
        leaks[f"table {table._meta.tablename}"] = marks.found_in(str(await table.select()), KEPT)
    return leaks


def kept_in_files(marks: Marks, folder: Path) -> dict[str, set[str]]:
    """Finished files and uploads carry no word; the copy that she asked for is hers and is packed."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert len(found) > 4
    return {
        f"file {path.relative_to(folder)}": marks.found_in(path.read_bytes() + path.name.encode()) for path in found
    }

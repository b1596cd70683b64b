"""One picture of Alice's with every way to it, an upload of hers, and everybody who might come by."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import httpx
from litestar import Litestar

from app import cache, storage
from app.domain import generation, keys, library, uploads, watching
from app.models import Creation, Generation, ShareLink, Upload
from app.models.ids import token
from app.realtime import bus, preview
from tests.people import Browser, Person, asked, claimed, finished

WORDS = "heliotrope kestrel"


class Way(NamedTuple):
    """Who gets what by one address: a status, or for lists whether it is there."""

    name: str
    request: str
    public: str
    private: str
    deleted: str


class Scene(NamedTuple):
    """Ids and tokens as they are now; `old_key` opened the bytes before it was last made private."""

    creation: Creation
    generation: Generation
    forming: Generation
    link: ShareLink
    old_key: str
    people: dict[str, Browser]
    handle: str
    upload: UUID
    api_key: UUID

    def words(self, who: str) -> dict[str, str]:
        """What that person knows to fill into an address."""
        made = self.creation
        watching = f"?watch={self.generation.watch_token}" if who == "watcher" else ""
        forming = f"?watch={self.forming.watch_token}" if who == "watcher" else ""
        return {
            "id": str(made.id), "slug": made.slug, "old": self.old_key, "generation": str(self.generation.id),
            "key": self.link.media_key if who == "holder" else made.media_key,
            "token": self.link.token if who == "holder" else token(),
            "forming": str(self.forming.id), "watch": watching, "watch_forming": forming, "link": str(self.link.id),
            "handle": self.handle, "upload": str(self.upload), "api_key": str(self.api_key),
        }  # fmt: skip

    async def ask(self, who: str, request: str, words: dict[str, str]) -> httpx.Response:
        method, path, *rest = request.format(**words).split(" ")
        headers = {"If-None-Match": f'"{words["key"]}-full.webp"'} if "if-none-match" in rest else {}
        headers |= {"Range": "bytes=0-9"} if "range" in rest else {}
        data = dict(part.split("=", 1) for part in rest if "=" in part)
        changes = {
            name: int(value) if value.isdigit() else value == "true" if value in {"true", "false"} else value
            for name, value in data.items()
        }
        if method == "PATCH":
            changes = changes or {"visibility": "private"}
        json = changes if path.startswith("/api/") and changes else None
        form = None if json else data or None
        return await self.people[who].request(method, path, headers=headers, data=form, json=json)

    def traces(self) -> list[str]:
        made = self.creation
        return [
            str(made.id),
            made.slug,
            made.media_key,
            self.old_key,
            str(self.generation.id),
            self.link.token,
            str(self.upload),
        ]


def forged(words: dict[str, str]) -> dict[str, str]:
    """The same address for what never was."""
    unknown = {"id", "generation", "forming", "link", "upload", "api_key"}
    made = {name: str(uuid4()) if name in unknown else token() for name in words}
    return made | {name: f"?watch={token()}" if words[name] else "" for name in ("watch", "watch_forming")}


async def scene(web: Litestar, alice: Person, bob: Person, visibility: str) -> Scene:
    """Shown once, hidden (so that there is an old key), then as asked; shared and watchable where that is possible."""
    row, [made] = await finished(alice.me, WORDS)
    old_key = made.media_key
    await library.set_visibility([made.id], alice.me, "private")
    if visibility == "public":
        await library.set_visibility([made.id], alice.me, "public")
    link = await library.share(made.id, alice.me, 7)
    row = await watching.set_watchable(row.id, alice.me, True)
    if visibility == "deleted":
        await library.delete(made.id, alice.me)
    made = await library.get_own(made.id, alice.me, deleted=visibility == "deleted")
    forming = await being_made(alice.me, visibility)
    people = {
        "owner": alice, "other": bob, "visitor": Browser(web), "holder": Browser(web), "watcher": Browser(web),
    }  # fmt: skip
    source = await uploaded(alice.me)
    [api_key] = await keys.list_own(alice.me)
    if visibility == "deleted":
        await uploads.delete(source, alice.me)
    return Scene(made, row, forming, link, old_key, people, alice.account.handle, source, api_key.id)


async def uploaded(owner: UUID) -> UUID:
    """As receiving.py leaves it, without the process that writes it anew."""
    now = datetime.now(UTC)
    row = Upload(
        owner=owner, kind="image", state="ready", bytes=9, consent="Mine.", consented_at=now, created_at=now,
        keep_until=now + timedelta(days=1),
    )  # fmt: skip
    await storage.put(uploads.key(row), b"123456789")
    await storage.put(uploads.thumb_key(row.id), b"123456789")
    await Upload.insert(row)
    return row.id


async def being_made(owner: UUID, visibility: str) -> Generation:
    """In its middle, a frame of it kept. A deleted one is a canceled one: its frame may still lie about."""
    row = await asked(owner, WORDS, "private" if visibility == "private" else "public")
    row = await watching.set_watchable(row.id, owner, True)
    await claimed()
    packet = preview.pack(preview.Preview(row.id, 0, 1, 3, 16, b"jpeg"))
    await cache.redis().set(bus.frame_key(row.id), packet)
    return await generation.cancel(row.id, owner) if visibility == "deleted" else row

"""Anybody shows a file and reads what is known of it; what is private stays as unknown as what never was."""

import io

import pytest
from PIL import Image

from app import storage
from app.domain import library
from app.models import Creation
from app.workers import labels, shown
from tests.people import Browser, Person, creation
from tests.routes.reading import read
from tests.uploads import files
from tests.uploads.bringing import nothing_is_left, set_to


async def verdict(person: Browser, data: bytes, status: int = 200, **headers: str) -> str:
    answer = await person.post("/verify", files={"file": ("a.bin", data)}, headers=headers, timeout=60)
    assert answer.status_code == status, answer.text
    await nothing_is_left()
    return answer.text


async def stored(made: Creation, name: str = "full.webp") -> bytes:
    return await storage.get(f"{library.folder(made.id)}/{name}")


@pytest.fixture(autouse=True)
async def nothing_stored(clean: None) -> None:
    await storage.delete_all("uploads")


async def test_a_file_of_ours_is_known_and_leads_to_what_is_public(alice: Person, visitor: Browser):
    made = await creation(alice.me, "a red fox")

    page = await verdict(visitor, await stored(made, "original.png"))

    assert "Made here, and unchanged since." in page and "whoever signed it says so" in page
    assert f'href="/c/{made.slug}"' in page and "127.0.0.1" in page


async def test_private_deleted_and_unknown_look_the_same(alice: Person, visitor: Browser):
    made = await creation(alice.me, "a red fox")
    data = await stored(made)
    await library.set_visibility([made.id], alice.me, "private")
    private = await verdict(visitor, data)
    own = await verdict(alice, data)
    await library.delete(made.id, alice.me)
    deleted = await verdict(visitor, data)
    await Creation.delete().where(Creation.id == made.id)

    assert private == deleted == await verdict(visitor, data)
    assert made.slug not in private + own and "red fox" not in private and "Made here, and unchanged" in private


async def test_what_was_changed_since_is_said_to_be(alice: Person, visitor: Browser):
    data = bytearray(await stored(await creation(alice.me), "original.png"))
    data[-20] ^= 1  # the last of its pixels

    page = await verdict(visitor, bytes(data))

    assert "changed after we signed" in page and "Made here, and unchanged" not in page


async def test_a_mark_without_a_signature_proves_nothing(visitor: Browser):
    """As an editor leaves it that writes the pixels anew and keeps the XMP."""
    image = Image.new("RGB", (40, 40))
    written = io.BytesIO()
    image.save(written, "JPEG", xmp=labels.xmp())

    assert "anybody could have written that" in await verdict(visitor, written.getvalue())
    assert "It does not say where it comes from." in await verdict(visitor, files.picture())
    assert "anybody could have written that" in await verdict(visitor, shown.files(image)["full.webp"])


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", 422), (b"%PDF-1.7 a paper of some kind", 415), (b"short", 415)],
    ids=["nothing", "a paper", "short"],
)
async def test_what_cannot_be_read_is_answered_by_a_sentence(visitor: Browser, data: bytes, status: int):
    page = await visitor.post("/verify", files={"file": ("a", data)})

    assert (page.status_code, len(read(page).problems)) == (status, 1)
    await nothing_is_left()


async def test_a_hostile_manifest_is_answered_too(alice: Person, visitor: Browser):
    """Every length in it a lie, one after the other: whatever the reader makes of that, it ends in a page."""
    data = await stored(await creation(alice.me), "card.jpg")
    start = data.index(b"jumb") - 4
    for at in (start, start + 8, start + 60, start + 200, start + 700):
        broken = data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]
        answer = await visitor.post("/verify", files={"file": ("a", broken)}, timeout=60)
        assert answer.status_code in {200, 422} and 'class="h1"' not in answer.text
    await nothing_is_left()


async def test_too_large_is_refused_before_it_is_read(visitor: Browser):
    with set_to(upload_picture_mb=0.001, upload_sound_mb=0.001):
        answer = await visitor.post("/verify", files={"file": ("a", files.noise(300))})

    assert answer.status_code == 413 and len(read(answer).problems) == 1


async def test_in_arabic_too(visitor: Browser):
    page = await verdict(visitor, files.picture(), **{"Accept-Language": "ar"})

    assert "لا يذكر الملف من أين جاء" in page and 'dir="rtl"' in page

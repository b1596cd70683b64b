"""Bytes: the right ones, in parts, and kept by caches only as far as they may be."""

import io

import pytest
from PIL import Image

from app.domain import library
from app.routes.ranges import byte_range
from tests.people import Browser, Person, creation

KINDS = {"original.png": "PNG", "full.webp": "WEBP", "thumb.webp": "WEBP", "card.jpg": "JPEG"}


@pytest.mark.parametrize("name", KINDS)
async def test_each_file_is_what_its_name_says_and_tells_nothing_more(alice: Person, visitor: Browser, name: str):
    made = await creation(alice.me, "a heliotrope fox")

    answer = await visitor.get(f"/m/{made.media_key}/{name}")

    picture = Image.open(io.BytesIO(answer.content))
    assert picture.format == KINDS[name] and answer.headers["content-type"] == f"image/{KINDS[name].lower()}"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert (
        b"heliotrope" not in answer.content
        and not picture.getexif()
        and set(getattr(picture, "text", ())) <= {"XML:com.adobe.xmp"}
    )


async def test_public_bytes_are_kept_but_asked_for_again(alice: Person, visitor: Browser):
    made = await creation(alice.me)
    path = f"/m/{made.media_key}/full.webp"

    first = await visitor.get(path)
    etag = first.headers["etag"]

    assert first.headers["cache-control"] == "public, no-cache"
    for kept in (etag, f"W/{etag}", f'"another", {etag}'):
        again = await visitor.get(path, headers={"If-None-Match": kept})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag), kept
    assert (await visitor.get(path, headers={"If-None-Match": '"another"'})).status_code == 200


async def test_private_bytes_are_kept_by_nobody(alice: Person):
    made = await creation(alice.me, visibility="private")
    path = f"/m/{made.media_key}/full.webp"

    first = await alice.get(path)
    again = await alice.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "private, no-store" and first.headers["x-robots-tag"] == "noindex"
    assert first.headers["cross-origin-resource-policy"] == "same-origin"
    assert again.status_code == 200


async def test_what_a_cache_kept_dies_with_the_switch(alice: Person, visitor: Browser):
    made = await creation(alice.me)
    path = f"/m/{made.media_key}/full.webp"
    etag = (await visitor.get(path)).headers["etag"]

    await alice.post(f"/creations/{made.id}/visibility", data={"visibility": "private"})

    for headers in ({}, {"If-None-Match": etag}, {"Range": "bytes=0-9"}, {"If-None-Match": etag, "Range": "bytes=0-"}):
        assert (await visitor.get(path, headers=headers)).status_code == 404, headers
        assert (await alice.get(path, headers=headers)).status_code == 404, headers


async def test_head_tells_the_size_and_sends_nothing(alice: Person, visitor: Browser):
    made = await creation(alice.me)
    path = f"/m/{made.media_key}/original.png"

    head, whole = await visitor.head(path), await visitor.get(path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content)) and head.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("name", ["", "..", "original.gif", "original.png/", "../original.png", "%2e%2e/secret", "é"])
async def test_only_the_four_files_exist(alice: Person, name: str):
    made = await creation(alice.me)

    assert (await alice.get(f"/m/{made.media_key}/{name}")).status_code == (200 if name == "original.png/" else 404)


async def test_the_id_in_the_storage_is_no_way_in(alice: Person):
    made = await creation(alice.me)

    assert (await alice.get(f"/m/{made.id}/full.webp")).status_code == 404
    assert (await alice.get(f"/{library.folder(made.id)}/full.webp")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("bytes=0-9", (206, "bytes 0-9/{size}", 10)),
        ("bytes=5-", (206, "bytes 5-{last}/{size}", -5)),
        ("bytes=-7", (206, "bytes {start7}-{last}/{size}", 7)),
        ("bytes=-99999999", (206, "bytes 0-{last}/{size}", 0)),
        ("bytes=0-99999999", (206, "bytes 0-{last}/{size}", 0)),
        ("bytes=99999999-", (416, "bytes */{size}", None)),
        ("bytes=-0", (416, "bytes */{size}", None)),
        ("bytes=9-5", (200, None, 0)),
        ("bytes=a-b", (200, None, 0)),
        ("bytes=-", (200, None, 0)),
        ("bytes=0-0", (206, "bytes 0-0/{size}", 1)),
        ("Bytes=0-9", (206, "bytes 0-9/{size}", 10)),
        ("bytes=0-1,4-5", (200, None, 0)),
        ("bytes=0-0,-1", (200, None, 0)),
        ("items=0-5", (200, None, 0)),
        ("bytes=" + "9" * 5000 + "-", (200, None, 0)),
    ],
    ids=lambda value: str(value)[:24],
)
async def test_parts_are_those_that_were_asked_for(alice: Person, asked: str, got: tuple[int, str | None, int | None]):
    made = await creation(alice.me)
    path = f"/m/{made.media_key}/original.png"
    whole = (await alice.get(path)).content
    size, (status, content_range, length) = len(whole), got

    answer = await alice.get(path, headers={"Range": asked})

    expected = content_range and content_range.format(size=size, last=size - 1, start7=size - 7)
    assert (answer.status_code, answer.headers.get("content-range")) == (status, expected)
    if length is not None:
        assert len(answer.content) == int(answer.headers["content-length"]) == (length if length > 0 else size + length)
        assert answer.content in whole


def test_every_part_lies_inside_the_file():
    for first in ("", "0", "3", "10", "11"):
        for last in ("", "0", "3", "9", "10", "99"):
            part = byte_range(f"bytes={first}-{last}", 10)
            if part and part[0] < 10:
                assert 0 <= part[0] < part[1] <= 10, (first, last)


async def test_a_part_is_only_given_of_the_version_that_was_begun(alice: Person, visitor: Browser):
    made = await creation(alice.me)
    path = f"/m/{made.media_key}/original.png"
    whole = await visitor.get(path)
    etag = whole.headers["etag"]

    same = await visitor.get(path, headers={"Range": "bytes=9-", "If-Range": etag})
    assert (same.status_code, whole.content[:9] + same.content) == (206, whole.content)
    for other in ('"another"', f"W/{etag}", "Mon, 30 Nov 2026 08:00:00 GMT", ""):
        answer = await visitor.get(path, headers={"Range": "bytes=9-", "If-Range": other})
        assert (answer.status_code, answer.content) == (200, whole.content), other
        assert "content-range" not in answer.headers and answer.headers["accept-ranges"] == "bytes"


async def test_a_part_cannot_be_asked_for_by_head(alice: Person):
    path = f"/m/{(await creation(alice.me)).media_key}/full.webp"

    whole, head = await alice.get(path), await alice.head(path, headers={"Range": "bytes=0-9"})

    assert (head.status_code, head.headers["content-length"]) == (200, str(len(whole.content)))


async def test_a_download_that_broke_off_goes_on(alice: Person):
    path = f"/creations/{(await creation(alice.me)).id}/download"
    whole = await alice.get(path)

    rest = await alice.get(path, headers={"Range": "bytes=100-", "If-Range": whole.headers["etag"]})

    assert (rest.status_code, whole.content[:100] + rest.content) == (206, whole.content)
    assert "attachment" in rest.headers["content-disposition"]


async def test_there_is_no_last_part_of_nothing(alice: Person):
    path = f"/m/{(await creation(alice.me)).media_key}/full.webp"
    size = len((await alice.get(path)).content)

    for asked in (f"bytes={size}-", f"bytes={size}-{size + 9}", "bytes=-0"):
        answer = await alice.get(path, headers={"Range": asked})
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}"), asked
        assert answer.headers["content-length"] == "0" and not answer.content

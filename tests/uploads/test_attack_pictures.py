"""Pictures that attackers send, one by one, and what becomes of each. The numbers are those of the threat list."""

from io import BytesIO

import pytest
from PIL import Image

from app.domain import uploads
from tests.people import Person
from tests.uploads import files
from tests.uploads.bringing import bring, brought, nothing_is_left, refused

pytestmark = pytest.mark.policy("P06")


@pytest.mark.parametrize("side", [9000, 13000, 13400], ids=["U01_9000", "U02_13000", "U03_13400"])
async def test_a_small_file_of_very_many_pixels(alice: Person, side: int):
    data = files.bomb(side, side)

    assert len(data) < 40_000
    await refused(alice, data, 413, "40 million pixels")


async def test_U04_a_gif_of_many_frames(alice: Person):
    frames = [Image.new("L", (200, 200), shade % 256) for shade in range(301)]
    written = BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])

    await refused(alice, written.getvalue(), 415, "PNG, JPEG, WebP")


async def test_U12_a_photo_with_its_place_and_a_script_behind_it(alice: Person):
    data = files.photo(trailing=b"<script>alert(1)</script>")
    assert b"GPS" not in data and b"SecretCamera" in data and b"<script>" in data

    stored = await brought(alice, data)

    assert files.chunks(stored)[0] == b"IHDR" and set(files.chunks(stored)) == {b"IHDR", b"IDAT", b"IEND"}
    everything = [await uploads.storage.get(key) for key in await uploads.storage.keys("uploads")]
    assert len(everything) == 2, "the picture and its thumbnail"
    for each in everything:
        assert not [word for word in (b"Secret", b"script", b"Exif", b"EXIF", b"2026:11") if word in each]
        assert not dict(Image.open(BytesIO(each)).getexif())


FOREIGN = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "html": b"<!doctype html><title>x</title><p>y",
    "pdf": b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\n",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "psd": b"8BPS\0\1" + b"\0" * 40,
    "fits": b"SIMPLE  =                    T" + b" " * 60,
    "gd": b"\xff\xfe" + b"\0\x10" * 20,
    "pcx": b"\x0a\x05\x01\x08" + b"\0" * 130,
    "tiff": b"II*\0" + b"\0" * 40,
    "jpeg2000": b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 40,
    "heic": b"\0\0\0\x18ftypheic" + b"\0" * 40,
    "bmp": b"BM" + b"\0" * 60,
    "zip": b"PK\3\4" + b"\0" * 40,
    "elf": b"\x7fELF" + b"\0" * 40,
}


@pytest.mark.parametrize("name", FOREIGN)
async def test_U13_kinds_that_nobody_asked_for(alice: Person, name: str):
    await refused(alice, FOREIGN[name], 415, "PNG, JPEG, WebP")


@pytest.mark.parametrize("inside", [b"PK\3\4an archive", b"<script>alert(1)</script>", b"%PDF-1.4", b"#!/bin/sh"])
async def test_U14_a_picture_that_is_something_else_as_well(alice: Person, inside: bytes):
    stored = await brought(alice, files.with_chunk(files.picture(), b"teSt", inside * 9) + inside * 9)

    assert inside not in stored


@pytest.mark.parametrize("data", [b"GIF89a" + b"PK\3\4" * 20, b"\0\0\1\0/*" + b"*/alert(1)" * 20])
async def test_U14_archives_and_scripts_with_the_head_of_a_picture(alice: Person, data: bytes):
    await refused(alice, data, 415)


@pytest.mark.parametrize("name", [b"iCCP", b"zTXt", b"iTXt"])
async def test_U15_metadata_that_unpacks_to_a_hundred_megabytes(alice: Person, name: bytes):
    packed = files.zlib.compress(b"\0" * 100_000_000, 9)
    data = {b"iCCP": b"x\0\0", b"zTXt": b"x\0\0", b"iTXt": b"x\0\1\0\0\0"}[name] + packed

    answer = await bring(alice, files.with_chunk(files.picture(), name, data))

    # Whether Pillow skips it or stops at it, nothing of it stays.
    assert answer.status_code in {201, 422}, answer.text
    if answer.status_code == 201:
        assert (await alice.get(f"/uploads/{answer.json()['id']}/file")).content.find(name) < 0
    else:
        await nothing_is_left()


NAMES = [
    "../../etc/passwd", "a\0b.png", "CON", "x" * 300 + ".png", "\u202egnp.exe", "a.jpg.php", "a;b.png", "%00.png",
    '"><script>alert(1)</script>.png', "..\\..\\boot.ini", "صورة.png",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
async def test_U16_the_name_is_used_for_nothing(alice: Person, name: str):
    answer = await bring(alice, files.picture(), name)

    assert answer.status_code in {201, 400}, answer.text
    if answer.status_code == 201:
        page = await alice.get("/uploads")
        assert "passwd" not in page.text and "<script>alert" not in page.text and "\u202e" not in page.text
        stored = [key.split("/")[2] for key in await uploads.storage.keys("uploads")]
        assert sorted(stored) == ["source.png", "thumb.webp"]

"""The files that attackers send, one by one, and what becomes of each. The numbers are those of the threat list."""

import os
import random
import signal
from io import BytesIO
from pathlib import Path

import anyio
import av
import pytest
from PIL import Image

from app.domain import uploads
from app.models import AuditEvent, Upload
from tests.people import Person
from tests.uploads import files
from tests.uploads.bringing import bring, brought, nothing_is_left, refused, set_to

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture(autouse=True)
async def nothing_stored(clean: None) -> None:
    for key in ("uploads",):
        await uploads.storage.delete_all(key)


def heard(flac: bytes) -> tuple[float, int, dict[str, str]]:
    """How long, how many channels, which tags."""
    with av.open(BytesIO(flac)) as opened:
        stream = opened.streams.audio[0]
        samples = sum(frame.samples for frame in opened.decode(stream))
        return samples / stream.rate, stream.channels, opened.metadata | stream.metadata


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


async def test_U05_hours_of_silence_in_a_small_flac(alice: Person):
    data = files.sound(3600, "flac", rate=8000)

    assert len(data) < 1_000_000
    await refused(alice, data, 413, "10 minutes")


async def test_U05_a_flac_that_says_it_is_short(alice: Person):
    await refused(alice, files.flac_claiming(files.sound(660, "flac"), 8000), 413, "10 minutes")


@pytest.mark.parametrize("codec", ["vorbis", "libopus"])
async def test_U06_an_hour_of_silence_in_ogg(alice: Person, codec: str):
    rate, channels = (48_000, 2) if codec == "vorbis" else (8000, 1)

    await refused(alice, files.sound(660, "ogg", codec, rate=rate, channels=channels), 413, "10 minutes")


async def test_U07_a_cut_flac_whose_header_claims_a_billion_samples(alice: Person):
    data = files.flac_claiming(files.sound(30, "flac"), 1_040_000_000)
    data = data[: len(data) * 3 // 4]

    await refused(alice, data, 422, "missing")


async def test_U08_an_mp3_whose_header_lies(alice: Person):
    data = files.sound(660, "mp3")
    at = data.index(b"Xing") if b"Xing" in data else data.index(b"Info")
    lying = data[: at + 8] + (20).to_bytes(4, "big") + data[at + 12 :]

    await refused(alice, lying, 413, "10 minutes")


async def test_U09_a_wav_that_claims_four_gigabytes(alice: Person):
    seconds, _, _ = heard(await brought(alice, files.wav(samples=4800, claims=0xFFFFFFF0)))

    assert abs(seconds - 0.6) < 0.01


@pytest.mark.parametrize(("rate", "channels"), [(0, 1), (8000, 65535), (4_000_000_000, 1), (8000, 0)])
async def test_U10_a_wav_without_sense(alice: Person, rate: int, channels: int):
    await refused(alice, files.wav(rate=rate, channels=channels), 422, "could not read")


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10,\nhttp://127.0.0.1:9/x\n",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"<html><body><script>alert(1)</script></body></html>",
    ],
)
async def test_U11_a_playlist_or_a_page_named_mp3(alice: Person, data: bytes):
    answer = await bring(alice, data, "song.mp3")

    assert answer.status_code == 415
    await nothing_is_left()


async def test_U11_a_playlist_inside_a_box_we_know(alice: Person):
    await refused(alice, files.id3() + b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n" * 20, 422)


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


async def test_U14_a_sound_that_is_a_page_as_well(alice: Person):
    page = b"<html><script>alert(1)</script></html>"

    stored = await brought(alice, files.id3((b"TXXX", page)) + files.sound(1, "mp3", rate=44100) + page)

    assert b"script" not in stored and heard(stored)[0] > 0.9


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


async def test_U15_a_cover_larger_than_all_that_may_come(alice: Person):
    with set_to(upload_sound_mb=2):
        await refused(alice, files.id3(files.cover(bytes(3_000_000))), 413, "2 MB")


@pytest.mark.parametrize("box", ["mp3", "mp3 with APEv2", "flac"])
async def test_U15_tags_and_covers_are_dropped(alice: Person, box: str):
    art = b"SecretArt" * 50_000
    if box == "flac":
        data = files.flac_with_picture(files.sound(1, "flac"), art)
    else:
        ape = b"APETAGEX" + b"\xd0\x07\0\0" + b"SecretArt" * 20
        tagged = files.id3((b"TIT2", b"\0SecretTitle"), files.cover(art)) + files.sound(1, "mp3", rate=44100)
        data = tagged + (ape if "APE" in box else b"")

    stored = await brought(alice, data)

    assert b"Secret" not in stored and len(stored) < 200_000
    assert heard(stored)[2] == {}


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


EDGES = {
    "1x1": (files.picture((1, 1)), (1, 1)),
    "progressive": (files.picture((90, 60), "JPEG", progressive=True), (90, 60)),
    "webp": (files.picture((90, 60), "WEBP"), (90, 60)),
    "long and thin": (files.picture((4000, 1)), (4000, 1)),
}


@pytest.mark.parametrize("name", EDGES)
async def test_U18_unusual_pictures_are_right(alice: Person, name: str):
    data, size = EDGES[name]

    with Image.open(BytesIO(await brought(alice, data))) as stored:
        assert (stored.format, stored.size) == ("PNG", size) and stored.mode in {"RGB", "RGBA"}


def saved(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    written = BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def interlaced() -> bytes:
    """Adam7 of one pixel is one pixel: the flag alone says that readers take the other way."""
    header = files.struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 1)
    pixel = files.zlib.compress(b"\0\xc8\x64\x32")
    parts = files.chunk(b"IHDR", header) + files.chunk(b"IDAT", pixel) + files.chunk(b"IEND", b"")
    return files.SIGNATURE + parts


COLOURS = {
    "cmyk": (saved(Image.new("CMYK", (8, 8), (0, 155, 205, 55)), "JPEG", quality=100), (200, 78, 39)),
    "16 bit": (saved(Image.new("I;16", (8, 8), 200 * 257)), (200, 200, 200)),
    "1 bit": (saved(Image.new("1", (8, 8), 1)), (255, 255, 255)),
    "palette": (saved(Image.new("RGB", (8, 8), (10, 200, 30)).quantize(4)), (10, 200, 30)),
    "clear": (saved(Image.new("RGBA", (8, 8), (200, 100, 50, 128))), (200, 100, 50, 128)),
    "grey and clear": (saved(Image.new("LA", (8, 8), (99, 128))), (99, 99, 99, 128)),
    "interlaced": (interlaced(), (200, 100, 50)),
    "animated webp": (
        saved(Image.new("RGB", (8, 8), (250, 5, 5)), "WEBP", save_all=True, lossless=True,
              append_images=[Image.new("RGB", (8, 8), (5, 5, 250))]),
        (250, 5, 5),
    ),
    "animated png": (
        saved(Image.new("RGB", (8, 8), (250, 5, 5)), save_all=True,
              append_images=[Image.new("RGB", (8, 8), (5, 5, 250))]),
        (250, 5, 5),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COLOURS)
async def test_U18_the_colours_stay(alice: Person, name: str):
    data, colour = COLOURS[name]

    with Image.open(BytesIO(await brought(alice, data))) as stored:
        found = stored.getpixel((0, 0))
        assert getattr(stored, "n_frames", 1) == 1
    assert len(found) == len(colour) and all(abs(a - b) <= 4 for a, b in zip(found, colour, strict=True)), found


@pytest.mark.parametrize(
    ("orientation", "size", "first"),
    [(1, (64, 32), "red"), (3, (64, 32), "blue"), (6, (32, 64), "red"), (8, (32, 64), "blue")],
)
async def test_U18_a_rotated_photo_stands_upright(alice: Person, orientation: int, size: tuple[int, int], first: str):
    with Image.open(BytesIO(await brought(alice, files.photo(orientation)))) as stored:
        red, _, blue = stored.getpixel((3, 3))
        assert stored.size == size and ("red" if red > blue else "blue") == first


CUT = {
    "empty": (b"", 422), "one byte": (b"\x89", 415), "a signature": (files.SIGNATURE, 415),
    "half a PNG": (saved(Image.effect_noise((200, 200), 90))[:9000], 422),
    "half a JPEG": (saved(Image.effect_noise((200, 200), 90), "JPEG")[:3000], 422),
    "half a WebP": (saved(Image.effect_noise((200, 200), 90).convert("RGB"), "WEBP")[:3000], 422),
    "half a FLAC": (files.sound(60, "flac")[:9000], 422),
    "half an M4A": (files.sound(5, "mp4", rate=44100)[:200], 422),
    "one sample": (files.wav(samples=1), 422), "no sample": (files.wav(samples=0), 422),
}  # fmt: skip


@pytest.mark.parametrize("name", CUT)
async def test_U18_what_is_cut_or_empty_says_so(alice: Person, name: str):
    data, status = CUT[name]

    await refused(alice, data, status)


@pytest.mark.parametrize("form", ["flac", "wav", "mp3", "ogg", "mp4", "webm", "aiff", "adts"])
@pytest.mark.parametrize("channels", [1, 2])
async def test_U18_every_kind_of_sound_becomes_the_same_kind(alice: Person, form: str, channels: int):
    codec = {"aiff": "pcm_s16be", "adts": "aac"}.get(form, "")
    data = files.sound(1, form, codec, rate=48_000, channels=channels)
    if form == "mp4":
        data = data.replace(b"isom", b"M4A ", 1)

    stored = await brought(alice, data)
    seconds, heard_channels, tags = heard(stored)

    assert stored.startswith(b"fLaC") and abs(seconds - 1) < 0.1 and heard_channels == channels and tags == {}


async def test_U19_a_file_that_was_removed_before_does_not_come_in_again(alice: Person, bob: Person):
    data = files.picture((70, 70))
    answer = await bring(alice, data)
    row = await Upload.objects().get(Upload.id == answer.json()["id"])
    assert row is not None
    await uploads.block(row.sha256, "removed")
    await uploads.delete(row.id, alice.me)
    await uploads.sweep()

    await refused(bob, data, 422, "removed before")

    assert [event["action"] for event in await AuditEvent.select()] == ["upload.blocked"]
    assert await brought(bob, files.picture((71, 70)))


async def test_U21_the_same_file_of_two_people_is_two_files(alice: Person, bob: Person):
    data = files.picture()

    hers, his = await bring(alice, data), await bring(bob, data)

    assert (hers.status_code, his.status_code) == (201, 201)
    assert hers.json()["id"] != his.json()["id"] and hers.json().keys() == his.json().keys()
    assert len(await uploads.storage.keys("uploads")) == 4
    await alice.delete(f"/api/v1/uploads/{hers.json()['id']}")
    assert (await bob.get(f"/uploads/{his.json()['id']}/file")).status_code == 200


async def test_U23_the_test_virus_in_a_tag_is_gone(alice: Person):
    stored = await brought(alice, files.id3((b"TXXX", EICAR)) + files.sound(1, "mp3", rate=44100))

    assert b"EICAR" not in stored


async def test_U24_whatever_is_made_of_a_good_file_is_a_picture_or_a_sentence(alice: Person):
    dice = random.Random(24)
    seeds = [files.picture((40, 40), form) for form in ("PNG", "JPEG", "WEBP")]
    seeds += [files.sound(0.5, form, rate=48_000) for form in ("flac", "mp3", "ogg", "mp4", "webm")]
    for seed in seeds:
        for _ in range(3):
            broken = bytearray(seed)
            for _ in range(dice.randrange(1, 30)):
                broken[dice.randrange(16, len(broken))] = dice.randrange(256)
            answer = await bring(alice, bytes(broken))
            assert answer.status_code in {201, 413, 415, 422}, answer.text


def children() -> list[int]:
    """The decoders of this process."""
    found = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in found if b"app.decoding" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.parametrize("end", [signal.SIGSEGV, signal.SIGKILL, signal.SIGXCPU])
async def test_U24_a_decoder_that_crashes_costs_a_sentence(alice: Person, end: signal.Signals):
    data = files.sound(590, "mp3", rate=44100)

    async with anyio.create_task_group() as group:
        group.start_soon(refused, alice, data, 422, "could not read")
        with anyio.fail_after(20):
            while not (decoders := children()):  # noqa: ASYNC110 - nobody tells us of a child of the loop's
                await anyio.sleep(0.002)
        os.kill(decoders[0], end)

    assert (await bring(alice, files.picture())).status_code == 201

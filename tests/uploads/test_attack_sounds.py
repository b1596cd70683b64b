"""Sounds that attackers send, one by one, and what becomes of each. The numbers are those of the threat list."""

from io import BytesIO

import av
import pytest

from tests.people import Person
from tests.uploads import files
from tests.uploads.bringing import bring, brought, nothing_is_left, refused, set_to

pytestmark = pytest.mark.policy("P06")

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def heard(flac: bytes) -> tuple[float, int, dict[str, str]]:
    """How long, how many channels, which tags."""
    with av.open(BytesIO(flac)) as opened:
        stream = opened.streams.audio[0]
        samples = sum(frame.samples for frame in opened.decode(stream))
        return samples / stream.rate, stream.channels, opened.metadata | stream.metadata


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


async def test_U14_a_sound_that_is_a_page_as_well(alice: Person):
    page = b"<html><script>alert(1)</script></html>"

    stored = await brought(alice, files.id3((b"TXXX", page)) + files.sound(1, "mp3", rate=44100) + page)

    assert b"script" not in stored and heard(stored)[0] > 0.9


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


async def test_U23_the_test_virus_in_a_tag_is_gone(alice: Person):
    stored = await brought(alice, files.id3((b"TXXX", EICAR)) + files.sound(1, "mp3", rate=44100))

    assert b"EICAR" not in stored

"""Every file that leaves the studio says that a model made it, signed by this studio, and tells nothing else."""

import io
from uuid import UUID, uuid4

import c2pa
import mutagen
import numpy as np
import pytest
from mutagen.flac import FLAC
from PIL import Image

from app import signing, storage
from app.domain import library
from app.workers import finishing, labels, provenance, shown, sound
from app.workers.engine import Song
from tests.people import Person, creation
from tests.provenance import independent

READ_BY_BOTH = ("original.png", "full.webp", "thumb.webp", "card.jpg", "original.flac", "listen.mp3")
RATE = 24_000


@pytest.fixture(scope="module")
def made(services: object) -> dict[str, bytes]:
    """A picture's and a song's files, as they are stored."""
    tone = 0.3 * np.sin(np.arange(2 * RATE) / 9).astype(np.float32)[None]
    song = finishing.song_files(Song(tone, RATE, 5, np.ones(50, np.float32)))
    return provenance.signed(song | shown.files(Image.effect_noise((200, 120), 60).convert("RGB")), ID)


ID = uuid4()


@pytest.mark.parametrize("name", READ_BY_BOTH)
def test_somebody_elses_reader_finds_who_signed_it_and_that_a_model_made_it(made: dict[str, bytes], name: str):
    found = independent.check(made[name])

    assert found.claim["instanceID"] == ID.urn
    [action] = found.assertions["c2pa.actions.v2"]["actions"]
    assert (action["action"], action["digitalSourceType"]) == ("c2pa.created", labels.TRAINED)
    assert found.certificate.subject.rfc4514_string() == "CN=qwenimage.art,O=127.0.0.1"
    assert set(found.assertions) == {"c2pa.actions.v2", "c2pa.hash.data"}, "and nothing else is said"


@pytest.mark.parametrize("name", READ_BY_BOTH)
@pytest.mark.parametrize("where", [0.15, 0.5, 0.999])
def test_one_flipped_bit_is_noticed(made: dict[str, bytes], name: str, where: float):
    changed = bytearray(made[name])
    changed[int(len(changed) * where)] ^= 1

    with pytest.raises((independent.Broken, ValueError, KeyError, IndexError)):
        independent.check(bytes(changed))


@pytest.mark.parametrize("name", [*READ_BY_BOTH, "listen.m4a"])
def test_the_widely_used_reader_agrees(made: dict[str, bytes], name: str):
    media_type = provenance.TYPES["." + name.partition(".")[2]]
    context = c2pa.Context.from_dict(provenance.OFFLINE | {"trust": {"user_anchors": signing.ours().decode()}})

    with c2pa.Reader(media_type, io.BytesIO(made[name]), context=context) as reader:
        assert reader.get_validation_state() == "Trusted"


@pytest.mark.parametrize("name", ["original.flac", "listen.opus", "listen.m4a", "listen.mp3"])
def test_a_song_says_it_in_its_tags_too_and_carries_its_cover(made: dict[str, bytes], name: str):
    kind = FLAC if name.endswith("flac") else mutagen.File
    tags = kind(io.BytesIO(made[name]))

    said = str(dict(tags.tags))
    assert labels.MADE_WITH_AI in said and "trainedAlgorithmicMedia" in said
    assert b"JFIF" in made[name] or "metadata_block_picture" in said


@pytest.mark.parametrize("name", ["original.png", "full.webp", "thumb.webp", "card.jpg"])
def test_a_picture_says_it_in_words_that_other_programs_read(made: dict[str, bytes], name: str):
    info = Image.open(io.BytesIO(made[name])).info
    said = info.get("xmp") or info["XML:com.adobe.xmp"].encode()

    assert f"<Iptc4xmpExt:DigitalSourceType>{labels.TRAINED}<".encode() in said
    assert b"dc:title>" not in said and b"dc:creator>" not in said and b"dc:description>" not in said


@pytest.mark.parametrize("kind", ["flac", "opus", "m4a", "mp3"])
def test_words_that_are_wanted_are_there_and_go_again(kind: str):
    words = labels.Words("<Sea> & sky", "Alice", "a calm sea", "[verse]\nhush")
    tone = sound.encode(0.3 * np.sin(np.arange(RATE) / 9).astype(np.float32)[None], RATE, kind)

    told = labels.tagged(tone, kind, b"\xff\xd8\xff", words)
    silent = labels.tagged(told, kind, b"\xff\xd8\xff")

    for text in words:
        assert text.encode() in told and text.encode() not in silent, text


def test_the_words_of_a_picture_are_escaped():
    said = labels.xmp(labels.Words("<Sea> & sky\x00", "Alice", "", ""))

    assert b"&lt;Sea&gt; &amp; sky</rdf:li>" in said and b"Alice" in said


async def test_a_picture_renamed_or_hidden_keeps_its_id(alice: Person):
    row = await creation(alice.me)
    before = await storage.get(f"{library.folder(row.id)}/original.png")

    await library.describe(row.id, alice.me, "Another name", False)
    await library.set_visibility([row.id], alice.me, "private")

    after = await storage.get(f"{library.folder(row.id)}/original.png")
    assert independent.check(after).claim["instanceID"] == row.id.urn and after == before
    assert isinstance(row.id, UUID)

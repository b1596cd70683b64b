"""A removed song is known again by ear: encoded anew, quieter, cut; and another song is not taken for it."""

from functools import cache

import numpy as np
import pytest
from litestar import Litestar

from app import storage
from app.decoding import hearing as ear
from app.domain import generation, hearing, uploads, work
from app.models import BlockedFile, Creation, Decision, Kind
from app.workers import finishing, sound
from app.workers.engine import Song
from tests.people import Person, asked, claimed, creation, staff
from tests.support.test_moderation import decide
from tests.uploads.bringing import bring
from training.song.plans import RATE, sample_plan
from training.song.synth import play

SONGS = 24
CHANGED = {
    "mp3": lambda samples: _encoded(samples, "mp3"),
    "opus": lambda samples: _encoded(samples, "opus"),
    "quieter": lambda samples: samples * 0.2,
    "cut": lambda samples: samples[:, round(1.37 * RATE) : round(-0.9 * RATE)],
    "all of it": lambda samples: _encoded(samples[:, round(0.8125 * RATE) : round(-1.5 * RATE)] * 0.4, "mp3"),
}


@cache
def samples_of(seed: int) -> np.ndarray:
    return play(sample_plan(seed), seed)[None]


@pytest.mark.parametrize("how", CHANGED)
def test_it_is_heard_as_the_same_whatever_was_done_to_it(how: str):
    found = [hearing.likeness(heard(seed), ear.of(CHANGED[how](samples_of(seed)), RATE)) for seed in range(SONGS)]
    print(how, sorted(round(each, 3) for each in found)[:6])
    assert sum(each < hearing.ALIKE for each in found) <= 1, "one of twenty-four may be missed"


def test_other_songs_are_others_in_the_same_key_with_the_same_instruments_as_well():
    pairs = [(one, other) for one in range(SONGS) for other in range(one)]
    strangers = [hearing.likeness(heard(one), heard(other)) for one, other in pairs]
    siblings = [
        hearing.likeness(heard(seed), ear.of(play(sample_plan(seed), seed + 5000)[None], RATE)) for seed in range(SONGS)
    ]
    print("others", sorted(strangers)[-6:], "siblings", sorted(siblings)[-6:])
    assert max(strangers) < hearing.ALIKE
    assert sum(each >= hearing.ALIKE for each in siblings) <= 2, "the same plan and only another tune"


def test_what_is_silent_or_short_is_like_nothing():
    for samples in (np.zeros((2, 10 * RATE), np.float32), np.zeros((1, 10), np.float32), samples_of(0)[:, :RATE]):
        found = ear.of(samples, RATE)
        assert not hearing.alike(found, found) and not hearing.alike(found, heard(0))


@pytest.mark.policy("P24")
@pytest.mark.policy("P41")
async def test_a_removed_song_does_not_come_again_made_anew_or_brought(alice: Person, bob: Person, web: Litestar):
    piece, kept = await creation(alice.me), await finishing.store(*song(1))
    await Creation.update({Creation.heard: kept.heard, Creation.kind: Kind.SONG.value}).where(Creation.id == piece.id)
    await storage.put(f"creations/{piece.id}/original.flac", sound.encode(samples_of(1), RATE, "flac"))
    mona = await staff(web, "moderator")
    assert kept.heard and await decide(mona, piece, "block") == 303
    assert (await BlockedFile.objects())[0].heard == kept.heard

    refused = await bring(bob, sound.encode(CHANGED["cut"](samples_of(1)), RATE, "mp3"))
    assert refused.status_code == 422 and "removed before" in refused.text
    taken = await bring(bob, sound.encode(samples_of(2), RATE, "mp3"))
    assert taken.status_code < 400, taken.text

    row = await asked(bob.me, "a song again", "private")
    assert await work.succeed(await claimed(), [await finishing.store(*song(1))])
    [again] = await generation.creations_of(row.id)
    assert again.held == "hold" and "sounds like" in (await Decision.objects().where(Decision.owner == bob.me))[0].text

    assert await decide(mona, piece, "allow") == 303
    assert not await uploads.heard_blocked(kept.heard)


def heard(seed: int) -> str:
    return ear.of(samples_of(seed), RATE)


def song(seed: int) -> tuple[Song, int, dict[str, bytes]]:
    made = Song(samples_of(seed), RATE, seed, np.linspace(0, 1, 100, dtype=np.float32))
    return made, 0, finishing.song_files(made)


def _encoded(samples: np.ndarray, kind: str) -> np.ndarray:
    return sound.decode(sound.encode(samples, RATE, kind), RATE, 1)

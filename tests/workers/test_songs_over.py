"""Songs from sounds, through the engine: near or far as asked, and outside of the part not one sample is touched."""

import msgspec
import numpy as np
import pytest

from app.workers import finishing, songs_over, sound
from app.workers.ace_step import AceStep
from app.workers.engine import Song
from tests.workers.test_ace_step import ASKED, decoded, engine, song

__all__ = ["engine", "song"]
OTHER = ASKED | {"prompt": "loud drums", "seed": 9}


def over(engine: AceStep, source: Song, task: str, **params: object) -> Song:
    heard = {"task_type": task, "src_audio": sound.encode(source.samples, source.rate, "flac")}
    usual = {"audio_cover_strength": 1.0, "repainting_start": 0.0, "repainting_end": 0.0}
    [made] = engine.run(OTHER | heard | usual | params, lambda progress: None)
    return made


def loud(song: Song) -> float:
    return float(np.sqrt((song.samples**2).mean()))


def likeness(one: Song, other: Song) -> float:
    return float(np.corrcoef(one.samples[0], other.samples[0])[0, 1])


def test_the_nearer_a_cover_is_to_stay_the_more_it_is_like_its_source(engine: AceStep, song: Song) -> None:
    found = [likeness(song, over(engine, song, "cover", audio_cover_strength=near)) for near in (0.0, 0.6, 0.95)]

    assert found == sorted(found) and found[2] > found[0] + 0.05, found


@pytest.mark.parametrize("hears", [False, True])
def test_a_part_is_new_and_what_is_around_it_is_the_sources_own(engine: AceStep, song: Song, hears: bool) -> None:
    engine.hears = hears
    try:
        made = over(engine, song, "repaint", repainting_start=1.0, repainting_end=2.0)
    finally:
        engine.hears = False

    was = sound.decode(sound.encode(song.samples, song.rate, "flac"), song.rate, 1)
    rate = song.rate
    assert made.samples.shape == song.samples.shape
    assert (made.samples[:, :rate] == was[:, :rate]).all() and (made.samples[:, 2 * rate :] == was[:, 2 * rate :]).all()
    assert np.abs(made.samples[:, rate : 2 * rate] - was[:, rate : 2 * rate]).max() > 0.05
    assert np.abs(made.samples).max() <= 1


def test_a_song_goes_on_from_where_it_ended(engine: AceStep, song: Song) -> None:
    short = song._replace(samples=song.samples[:, : song.rate])

    made = over(engine, short, "extend", repainting_start=1.0, repainting_end=3.0)

    was = sound.decode(sound.encode(short.samples, song.rate, "flac"), song.rate, 1)
    assert made.samples.shape == (1, 3 * song.rate)
    assert (made.samples[:, : song.rate] == was).all()
    assert np.abs(made.samples[:, 2 * song.rate :]).max() > 0.05, "it goes on in silence"


def test_a_reference_for_the_timbre_is_heard_by_models_that_hear(engine: AceStep, song: Song) -> None:
    reference = {"reference_audio": sound.encode(song.samples, song.rate, "flac")}

    [made] = engine.run(ASKED | reference, lambda progress: None)

    assert made.samples.tobytes() != song.samples.tobytes()


def test_the_new_part_is_as_loud_as_the_song_was_and_never_clips() -> None:
    source = 0.2 * np.sin(np.arange(8000) / 9, dtype=np.float32)[None]
    made = 0.9 * np.sin(np.arange(8000) / 7, dtype=np.float32)[None]

    kept = songs_over.kept(made, source, 8000, 0.25, 0.75)

    assert float(np.abs(kept[:, 3000:5000]).max()) == pytest.approx(0.2, rel=0.05)
    assert (kept[:, :2000] == source[:, :2000]).all() and (kept[:, 6000:] == source[:, 6000:]).all()
    assert np.abs(np.diff(kept)).max() < 0.1, "it clicks"


def test_the_files_and_the_peaks_of_a_changed_song_are_those_of_its_samples(engine: AceStep, song: Song) -> None:
    made = over(engine, song, "repaint", repainting_start=1.0, repainting_end=2.0)
    files = finishing.song_files(made)

    heard = decoded(files["original.flac"]) / 32768
    assert abs(len(heard) / made.rate - 3) < 0.1
    assert loud(made) > 0.02 and np.abs(heard).max() < 1
    outline = msgspec.json.decode(files["peaks.json"])
    assert outline["peaks"] == sound.peaks(made.samples)
    assert abs(max(outline["peaks"]) - np.abs(heard).max()) < 0.002

"""Songs, in small: the classes of ACE-Step through the engine that GPU hosts use."""

import io
from pathlib import Path

import av
import numpy as np
import pytest

from app import settings
from app.workers import finishing
from app.workers.ace_step import AceStep
from app.workers.engine import Canceled, Progress, Song
from app.workers.hardware import choose
from tests.workers import tiny_ace_step

ASKED = {
    "prompt": "a calm sea", "lyrics": "[verse]\nلحن هادئ", "vocal_language": "ar", "audio_duration": 3.0, "bpm": 90,
    "keyscale": "C major", "timesignature": "4", "num_inference_steps": 4, "guidance_scale": 4.0, "seed": 5,
}  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> AceStep:
    folder = tiny_ace_step.save(tmp_path_factory.mktemp("model"))
    engine = AceStep(str(folder), choose(settings.load()), tmp_path_factory.mktemp("previews"), 4.0, 3.0)
    engine.setup()
    return engine


@pytest.fixture(scope="module")
def song(engine: AceStep) -> Song:
    [song] = engine.run(ASKED, lambda progress: None)
    return song


def test_a_song_has_the_length_asked_for_and_is_neither_silent_nor_clipped(song: Song) -> None:
    assert song.samples.shape == (1, 3 * song.rate)
    assert 0.1 < np.abs(song.samples).max() <= 1


def test_the_same_seed_makes_the_same_song_and_another_seed_another(engine: AceStep, song: Song) -> None:
    [again] = engine.run(ASKED, lambda progress: None)
    [other] = engine.run(ASKED | {"seed": 6}, lambda progress: None)

    assert again.samples.tobytes() == song.samples.tobytes()
    assert other.samples.tobytes() != song.samples.tobytes()


def test_its_cover_forms_and_its_beginning_can_be_heard_while_it_is_made(engine: AceStep, song: Song) -> None:
    seen: list[bytes] = []
    heard: list[bytes] = []

    def watch(progress: Progress) -> None:
        assert progress.listen
        seen.extend(picture.tobytes() for picture in progress.peek()())
        heard.append(progress.listen()())

    [watched] = engine.run(ASKED, watch)

    assert len(set(seen)) == 4
    samples = decoded(heard[-1])
    assert np.abs(samples).max() > 0.1, "silence"
    assert watched.samples.tobytes() == song.samples.tobytes(), "being watched changed it"


def test_whoever_cancels_is_heard_within_a_step_and_the_next_song_is_as_ever(engine: AceStep, song: Song) -> None:
    steps: list[int] = []

    def cancel(progress: Progress) -> None:
        steps.append(progress.step)
        raise Canceled

    with pytest.raises(Canceled):
        engine.run(ASKED, cancel)

    assert steps == [1]
    assert engine.run(ASKED, lambda progress: None)[0].samples.tobytes() == song.samples.tobytes()


def test_how_loud_it_is_along_the_way_is_learned_once_and_kept(engine: AceStep) -> None:
    again = AceStep(engine.name, engine.choice, engine.cache_dir, 4.0, 3.0)

    assert again._energy_weights().tolist() == engine.weights.tolist()
    assert [path.suffix for path in Path(engine.cache_dir).iterdir()] == [".safetensors"]


def test_every_file_of_a_song_is_as_long_as_the_song(song: Song) -> None:
    files = finishing.song_files(song)

    for name in finishing.SOUNDS:
        with av.open(io.BytesIO(files[name])) as file:
            stream = file.streams.audio[0]
            seconds = sum(frame.samples for frame in file.decode(audio=0)) / stream.rate
        frames = 2 * 1024 / song.rate if name.endswith("m4a") else 0  # AAC begins and ends with whole frames
        assert abs(seconds - 3) < 0.1 + frames, name


def decoded(data: bytes) -> np.ndarray:
    with av.open(io.BytesIO(data)) as file:
        return np.concatenate([frame.to_ndarray().ravel() for frame in file.decode(audio=0)])

"""From samples to files and figures: a master that loses nothing, loudness as EBU R 128 has it, no telltale tags."""

import io

import av
import numpy as np
import pytest
from mutagen import File

from app.workers import cover, finishing, labels, sound
from app.workers.engine import Song

RATE = 24_000
TIME = np.arange(5 * RATE) / RATE


def tone(loud: float, pitch: float = 997, channels: int = 2) -> np.ndarray:
    return np.repeat((loud * np.sin(2 * np.pi * pitch * TIME)).astype(np.float32)[None], channels, axis=0)


def test_the_master_gives_back_every_sample_to_within_half_a_step_of_a_compact_disc():
    samples = tone(0.5)

    with av.open(io.BytesIO(sound.encode(samples, RATE, "flac"))) as file:
        found = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in file.decode(audio=0)]).T / 32768

    assert found.shape == samples.shape
    assert np.abs(found - samples).max() < 1.1 / 32768


@pytest.mark.parametrize("decibels", [-18.0, -23.0, -33.0])
def test_a_tone_of_known_loudness_is_measured_as_such(decibels: float):
    """EBU Tech 3341: a stereo sine of 1 kHz at -23 dBFS reads -23 LUFS."""
    assert sound.loudness(tone(10 ** (decibels / 20)), RATE) == pytest.approx(decibels, abs=0.2)


def test_silence_is_measured_as_silence_and_not_raised():
    assert sound.loudness(tone(0), RATE) == -70
    assert sound.gain(tone(0), RATE) == 0


def test_loud_songs_are_turned_down_and_quiet_ones_up_as_far_as_they_do_not_clip():
    assert sound.gain(tone(0.8), RATE) < -10
    quiet = sound.gain(tone(0.05), RATE)
    assert 0 < quiet <= 20 * np.log10(1 / 0.05)


def test_peaks_are_the_samples_own():
    samples = np.zeros((1, 8000), np.float32)
    samples[0, 4010], samples[0, 7999] = -0.75, 0.25

    found = sound.peaks(samples)

    assert len(found) == sound.PEAKS
    assert {place: peak for place, peak in enumerate(found) if peak} == {401: 0.75, 799: 0.25}


def test_files_say_that_a_machine_made_them_and_nothing_of_who_asked_for_what():
    files = finishing.song_files(Song(tone(0.3), RATE, 5, np.linspace(0, 1, 100, dtype=np.float32)))

    for name in ("original.flac", "listen.opus", "listen.m4a", "listen.mp3"):
        tags = str(dict(File(io.BytesIO(files[name])).tags))
        assert labels.MADE_WITH_AI in tags, name
        assert "title" not in tags.lower() and "artist" not in tags.lower()


def test_a_cover_is_as_high_as_the_song_is_loud():
    rising = cover.bars(np.linspace(0, 1, 500, dtype=np.float32))

    assert list(rising) == sorted(rising)
    assert cover.draw(np.zeros(3, np.float32), 7).tobytes() != cover.draw(np.ones(3, np.float32), 7).tobytes()
    assert cover.draw(np.ones(3, np.float32), 7).tobytes() != cover.draw(np.ones(3, np.float32), 8).tobytes()

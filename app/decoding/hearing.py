"""How a sound is heard, as bits that MP3, Opus, loudness and a cut at either end leave mostly as they are.

After Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System" (ISMIR 2002): a bit says whether the step from
one band of tones to the next grows from one moment to the following. Theirs are 86 moments a second, to know a song by
three seconds of it; ours are few and long, because a whole song is at hand. app/domain/hearing.py compares them.
"""

from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

Array = np.ndarray[Any, Any]
RATE = 8_000
MOMENTS = 8
"A second."
WINDOW = 4096
BANDS = 33
LOWEST, HIGHEST = 80.0, 3_000.0
LONGEST = 30
"Seconds. What begins as another sound does is heard as that."
FAINT = 0.01
"Of the loudest there is: what is less comes and goes with every encoder."


class Ear:
    """Listens along, frame by frame, while somebody else reads a sound."""

    def __init__(self) -> None:
        self._resampler = AudioResampler("fltp", "mono", RATE)
        self._pieces: list[Array] = []
        self._count = 0

    def hear(self, frame: AudioFrame | None) -> None:
        """None is the end."""
        if self._count < LONGEST * RATE:
            for piece in self._resampler.resample(frame):
                self._pieces.append(piece.to_ndarray()[0])
                self._count += piece.samples

    def heard(self) -> str:
        """32 bits a moment in hexadecimal figures; empty where there is next to nothing to hear."""
        return _bits(np.nan_to_num(np.concatenate(self._pieces)[: LONGEST * RATE])) if self._pieces else ""


def of(samples: Array, rate: int) -> str:
    """float32 (channels, samples)"""
    start = np.ascontiguousarray(samples[:, : (LONGEST + 1) * rate], np.float32)
    frame = AudioFrame.from_ndarray(start, format="fltp", layout="stereo" if len(start) == 2 else "mono")
    frame.sample_rate = rate
    ear = Ear()
    ear.hear(frame)
    ear.hear(None)
    return ear.heard()


def _bits(samples: Array) -> str:
    energy = _energy(samples)
    if len(energy) < 2 or not 0 < energy.max() < np.inf:
        return ""
    steps = np.diff(np.sqrt(energy / energy.max()), axis=1)
    return np.packbits(np.diff(steps, axis=0) > FAINT).tobytes().hex()


def _energy(samples: Array) -> Array:
    """(moments, bands)"""
    hop = RATE // MOMENTS
    places = np.arange(0, len(samples) - WINDOW + 1, hop)[:, None] + np.arange(WINDOW)
    power = np.abs(np.fft.rfft(samples[places] * np.hanning(WINDOW))) ** 2
    edges = np.geomspace(LOWEST, HIGHEST, BANDS + 1) * WINDOW / RATE
    return np.add.reduceat(power, edges.astype(int), axis=1)[:, :BANDS]

"""What can be heard in a song, by signal analysis: pitches, onsets, loudness over the bands.

Nothing here is learned and nothing knows the grammar beyond its keys and tempos.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.song.plans import PATCH, RATE, SCALES, TEMPOS, Plan

Array = NDArray[np.float64]
WINDOW, STEP = 4096, 480
FREQUENCIES = np.fft.rfftfreq(WINDOW, 1 / RATE)


def spectrogram(song: Array, window: int = WINDOW) -> Array:
    """Magnitudes (frames, bins), a frame every 20 ms, of the song at one loudness."""
    song = song / (np.abs(song).max() + 1e-9)
    padded = np.pad(song.astype(np.float32), window // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::STEP]
    return np.abs(np.fft.rfft(frames * np.hanning(window).astype(np.float32), axis=1)) / window


def peaks(magnitudes: Array, low: float = 60, high: float = 1300) -> tuple[Array, Array, Array]:
    """Every clear spectral peak: frame, MIDI pitch (between semitones too), loudness."""
    a, b, c = magnitudes[:, :-2], magnitudes[:, 1:-1], magnitudes[:, 2:]
    clear = (b > a) & (b > c) & (b > 0.05 * magnitudes.max()) & (b > 0.1 * magnitudes.max(1, keepdims=True))
    clear &= ((FREQUENCIES[1:-1] > low) & (FREQUENCIES[1:-1] < high))[None]
    frame, at = np.nonzero(clear)
    left, mid, right = (np.log(x[frame, at] + 1e-12) for x in (a, b, c))
    offset = 0.5 * (left - right) / (left - 2 * mid + right)
    frequency = (at + 1 + offset) * RATE / WINDOW
    return frame.astype(float), 69 + 12 * np.log2(frequency / 440), np.exp(mid)


def cents_off(song: Array) -> float:
    """How far the peaks lie from the nearest semitone, on the loudness-weighted mean. Chance: 25.

    Only above 200 Hz: below, one bin is wider than a semitone.
    """
    _, pitch, loud = peaks(spectrogram(song), low=200)
    return float(100 * np.average(np.abs(pitch - np.round(pitch)), weights=loud)) if len(loud) else 50.0


def in_scale(song: Array, plan: Plan) -> float:
    """Share of the peaks' loudness that lies on notes of the asked key. Chance: 58 %."""
    _, pitch, loud = peaks(spectrogram(song), low=200)
    degrees = (np.round(pitch).astype(int) - plan.tonic) % 12
    return float(np.average(np.isin(degrees, SCALES[plan.scale]), weights=loud)) if len(loud) else 0.0


def chroma(magnitudes: Array, low: float, high: float) -> Array:
    """Loudness of each of the twelve pitch classes, adding up to one."""
    _, pitch, loud = peaks(magnitudes, low, high)
    found = np.bincount(np.round(pitch).astype(int) % 12, weights=loud, minlength=12)
    return found / (found.sum() + 1e-9)


def onsets(song: Array) -> Array:
    """How much louder the spectrum gets from frame to frame, with a short window."""
    levels = np.log(spectrogram(song, 1024) + 1e-3)
    return np.maximum(0, np.diff(levels, axis=0)).sum(1)


def on_grid(song: Array) -> dict[str, float]:
    """For each tempo: how sharply the onsets gather at one place of its eighth. 1 is exactly, 0 not at all."""
    rise = onsets(song)
    rise = np.maximum(0, rise - rise.mean())
    times = np.arange(len(rise)) * STEP
    total = rise.sum() + 1e-9
    return {
        tempo: float(abs((rise * np.exp(2j * np.pi * times / (tokens * PATCH))).sum()) / total)
        for tempo, (_, tokens) in TEMPOS.items()
    }


def flatness(song: Array) -> float:
    """Geometric over arithmetic mean of the power spectrum up to 4 kHz: noise 0.56, music near 0."""
    power = spectrogram(song)[:, FREQUENCIES < 4000] ** 2
    loud = power[power.sum(1) > 0.01 * power.sum(1).max()] + 1e-12
    return float((np.exp(np.log(loud).mean(1)) / loud.mean(1)).mean())

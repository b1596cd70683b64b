"""How notes sound. A note is the same wave every time it is played.

Timbres are soft: nearly all energy lies below 1 kHz, where the autoencoder spends its
numbers. No chance, no detuning, no vibrato: what a listener hardly misses is what a small
model would have to learn.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from training.song.plans import RATE, SAMPLES, Plan
from training.song.tune import Note, compose

Wave = NDArray[np.float32]

# Partials as (multiple of the pitch, loudness, seconds until it has fallen to 1/e).
PARTIALS = {
    "kalimba": ((1, 1.0, 0.34), (2, 0.14, 0.20), (3, 0.05, 0.10), (5.4, 0.04, 0.03)),
    "oud": ((1, 1.0, 0.42), (2, 0.60, 0.32), (3, 0.40, 0.24), (4, 0.22, 0.18), (5, 0.12, 0.13), (6, 0.06, 0.10)),
    "keys": ((1, 1.0, 0.70), (2, 0.30, 0.45), (3, 0.10, 0.30), (4, 0.04, 0.20)),
    "bass": ((1, 1.0, 0.55), (2, 0.35, 0.40), (3, 0.10, 0.25)),
    "flute": ((1, 1.0, 9.0), (2, 0.22, 9.0), (3, 0.06, 9.0)),
}
ATTACK = {"kalimba": 0.004, "oud": 0.004, "keys": 0.012, "bass": 0.012, "flute": 0.05}
RELEASE = {"kalimba": 0.25, "oud": 0.12, "keys": 0.15, "bass": 0.06, "flute": 0.08}
GAIN = {"kalimba": 0.30, "oud": 0.26, "flute": 0.16, "keys": 0.075, "bass": 0.20,
        "kick": 0.34, "dum": 0.34, "tek": 0.10, "rim": 0.06, "shaker": 0.03}  # fmt: skip


def fade(n: int) -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 0.5) / n)


@functools.cache
def tone(instrument: str, pitch: int, samples: int) -> Wave:
    """A pitched note, held for so many samples and then released."""
    release = round(RELEASE[instrument] * RATE)
    time = np.arange(samples + release) / RATE
    wave = np.zeros_like(time)
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    for multiple, loud, decay in PARTIALS[instrument]:
        wave += loud * np.sin(2 * np.pi * multiple * frequency * time) * np.exp(-time / decay)
    attack = round(ATTACK[instrument] * RATE)
    wave[:attack] *= fade(attack)
    wave[samples:] *= fade(release)[::-1]
    return (GAIN[instrument] * wave).astype(np.float32)


@functools.cache
def hit(drum: str) -> Wave:
    """An unpitched sound: a falling sine, or a burst of always the same narrow noise."""
    length = {"kick": 0.2, "dum": 0.3, "tek": 0.08, "rim": 0.06, "shaker": 0.06}[drum]
    time = np.arange(round(length * RATE)) / RATE
    if drum in ("kick", "dum"):
        floor, sweep = (52, 60) if drum == "kick" else (74, 40)
        phase = 2 * np.pi * (floor * time + sweep * 0.03 * (1 - np.exp(-time / 0.03)))
        wave = np.sin(phase) * np.exp(-time / (length / 3.5))
    else:
        center, width = {"tek": (900, 350), "rim": (650, 200), "shaker": (2200, 500)}[drum]
        rng = np.random.default_rng(len(drum))
        tones = rng.normal(center, width, 24), rng.uniform(0, 2 * np.pi, 24)
        wave = np.sin(2 * np.pi * tones[0][:, None] * time + tones[1][:, None]).sum(0) / 3.5
        wave *= np.exp(-time / (length / 4))
    edge = round(0.003 * RATE)
    wave[:edge] *= fade(edge)
    wave[-edge:] *= fade(edge)[::-1]
    return (GAIN[drum] * wave).astype(np.float32)


def render(plan: Plan, notes: list[Note]) -> Wave:
    song = np.zeros(SAMPLES, dtype=np.float32)
    for note in notes:
        start = note.start * plan.eighth
        wave = tone(note.instrument, note.pitch, note.length * plan.eighth) if note.pitch else hit(note.instrument)
        wave = wave[: SAMPLES - start]
        song[start : start + len(wave)] += note.loud * wave
    return song


def play(plan: Plan, seed: int) -> Wave:
    """The song of this plan with this seed's tune: mono, RATE, SECONDS long."""
    return render(plan, compose(plan, seed))

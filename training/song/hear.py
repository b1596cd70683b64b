"""Which notes a song has, with nothing learned: the grammar's own notes, laid over it by least squares.

A note is the same wave every time it is played. So at each eighth the sound is explained as a
sum of notes that begin there and of notes that go on; what no note explains is noise.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from training.song import listen
from training.song.plans import FIELDS, KEYS, PATCH, SCALES, TEMPOS, TONICS
from training.song.synth import hit, tone
from training.song.tune import DRUMS, LOWEST

Array = listen.Array
HELD = 8  # eighths a note is taken to last at most
LOUD, FAINT = 0.45, 0.25  # of the bass, how loud a note must be to count; and to be followed
THIN = 4
REACH = {"kalimba": 20, "flute": 20, "oud": 20, "keys": 12, "bass": 12}  # semitones from the lowest


@dataclass(frozen=True)
class Heard:
    key: str
    tempo: str
    lead: str
    backing: str
    drums: str
    noise: float  # what no note explains, in dB of the song


def hear(song: Array) -> Heard:
    song = song / (np.abs(song).max() + 1e-9)
    tempo = tempo_of(song)
    key = key_of(song)
    fits = {lead: _explain(song, tempo, key, lead) for lead in FIELDS["lead"]}
    lead = min(fits, key=lambda name: fits[name][1])
    loud, left = fits[lead]
    bass = np.median(_loudest(loud, "bass")[::4]) + 1e-9
    # Chords strike on every fourth eighth only, arpeggios on each.
    between = np.delete(_loudest(loud, "keys"), np.s_[::4])
    pattern = DRUMS["maqsum" if key.endswith("hijaz") else "soft"]
    struck = [row[drum][0] for i, row in enumerate(loud) if (drum := pattern[i % 8])]
    return Heard(
        key, tempo, lead, "arpeggio" if np.median(between) > LOUD * bass else "chords",
        "yes" if np.mean(struck) > LOUD * bass else "no", 10 * float(np.log10(left)),
    )  # fmt: skip


def tempo_of(song: Array) -> str:
    """The tempo on whose eighths the onsets gather most sharply."""
    grid = listen.on_grid(song)
    return max(grid, key=grid.__getitem__)


def key_of(song: Array) -> str:
    """The key whose notes carry most of the sound, and whose first chord carries most of the last second and a half."""
    magnitudes = listen.spectrogram(song)
    sounding = np.flatnonzero(magnitudes.sum(1) > 0.2 * magnitudes.sum(1).max())
    close = magnitudes[sounding.max(initial=75) - 75 : sounding.max(initial=75)]

    def share(part: Array, notes: list[int]) -> float:
        return float(listen.chroma(part, 60, 700)[np.array(notes) % 12].sum())

    def fits(key: str) -> float:
        tonic, scale = TONICS[key.split()[0]], SCALES[key.split()[1]]
        chord = [tonic + scale[step] for step in (0, 2, 4)]
        return share(magnitudes, [tonic + step for step in scale]) + share(close, chord) + share(close, [tonic])

    return max(KEYS, key=fits)


def _loudest(loud: list[dict[str, Array]], instrument: str) -> Array:
    return np.array([row[instrument].max() for row in loud])


@functools.cache
def _wave(instrument: str, pitch: int, held: int, eighth: int) -> Array:
    """A note, in rows of an eighth each."""
    wave = tone(instrument, pitch, held * eighth) if pitch else hit(instrument)
    return _thinned(np.pad(wave, (0, -len(wave) % eighth))).reshape(-1, eighth // THIN)


def _thinned(wave: Array) -> Array:
    """Every fourth sample is enough: nearly nothing lies above 3 kHz."""
    return wave.reshape(-1, THIN).mean(1, dtype=np.float64)


def _explain(song: Array, tempo: str, key: str, lead: str) -> tuple[list[dict[str, Array]], float]:
    """How loud each note begins at each eighth, and the share of the song's power that is left unexplained."""
    eighth = TEMPOS[tempo][1] * PATCH
    degrees = [(TONICS[key.split()[0]] + step) % 12 for step in SCALES[key.split()[1]]]
    notes = [(name, pitch) for name in (lead, "keys", "bass")
             for pitch in range(LOWEST[name], LOWEST[name] + REACH[name]) if pitch % 12 in degrees]  # fmt: skip
    notes += [(name, 0) for name in sorted({drum for bar in DRUMS.values() for drum in bar if drum})]
    sounding: list[tuple[str, int, int]] = []  # instrument, pitch, eighths since it began
    loud, left = [], 0.0
    for part in _thinned(song[: len(song) // eighth * eighth]).reshape(-1, eighth // THIN):
        begins = [_wave(name, pitch, HELD, eighth)[0] for name, pitch in notes]
        goes_on = [_wave(name, pitch, HELD, eighth)[age] for name, pitch, age in sounding]
        ends = [_wave(name, pitch, age, eighth)[age] for name, pitch, age in sounding if pitch]
        atoms = np.stack([*begins, *goes_on, *ends])
        parts = np.linalg.solve(atoms @ atoms.T + 1e-3 * np.eye(len(atoms)) * (atoms**2).sum(1).mean(), atoms @ part)
        left += float(((part - parts @ atoms) ** 2).sum())
        row: dict[str, list[float]] = defaultdict(list)
        for (name, _), amount in zip(notes, parts, strict=False):
            row[name].append(amount)
        loud.append({name: np.array(amounts) for name, amounts in row.items()})
        went = zip(sounding, parts[len(begins) :], strict=False)
        sounding = [(name, pitch, age + 1) for (name, pitch, age), amount in went if amount > FAINT and age < HELD - 1]
        sounding += [(*note, 1) for note, amount in zip(notes, parts, strict=False) if note[1] and amount > FAINT]
    return loud, left / float((_thinned(song[: len(song) // THIN * THIN]) ** 2).sum())

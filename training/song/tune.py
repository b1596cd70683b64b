"""Which notes a song has: chords, a motif that returns, bass, backing, drums.

Time is counted in eighth notes. Little is left to chance: two motifs, and where they turn.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.song.plans import RATE, SAMPLES, SCALES, Plan

# Chords as degrees of the scale, one a bar. The last half bar before the close is the cadence.
PROGRESSIONS = {
    "major": ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 0, 4), (5, 3, 0, 4)),
    "minor": ((0, 5, 2, 6), (0, 3, 0, 4), (0, 6, 5, 6), (0, 2, 5, 3)),
    "hijaz": ((0, 1, 0, 3), (0, 3, 1, 0), (0, 0, 3, 1), (0, 1, 3, 1)),
}
CADENCE = {"major": 4, "minor": 6, "hijaz": 1}
# Where a motif's notes begin within a bar of eight eighths.
RHYTHMS = ((0, 2, 3, 4, 6), (0, 1, 2, 4, 6), (0, 2, 4, 6, 7), (0, 3, 4, 6), (0, 2, 4, 5, 6), (0, 1, 2, 3, 4, 6))
# And what they do, in degrees above the chord's root: chord tones on the strong beats.
SHAPES = (
    (0, 1, 2, 4, 2, 1), (4, 3, 2, 0, 2, 4), (2, 4, 2, 0, 1, 2),
    (0, 2, 4, 5, 4, 2), (4, 2, 4, 2, 1, 0), (2, 1, 0, 2, 4, 2),
)  # fmt: skip
LOWEST = {"kalimba": 67, "flute": 65, "oud": 50, "keys": 53, "bass": 38}  # MIDI
DRUMS = {  # what sounds on each eighth of a bar
    "maqsum": ("dum", "tek", "", "tek", "dum", "", "tek", ""),
    "soft": ("kick", "shaker", "rim", "shaker", "kick", "shaker", "rim", "shaker"),
}


@dataclass(frozen=True)
class Note:
    start: int  # in eighths from the beginning
    length: int  # in eighths
    instrument: str
    pitch: int = 0  # MIDI; drums have none
    loud: float = 1.0


def pitch_of(plan: Plan, root: int, above: int, instrument: str) -> int:
    """So many degrees of the scale above a root, which lies in the instrument's lowest octave."""
    steps = SCALES[plan.scale]
    low = LOWEST[instrument]
    base = low + (plan.tonic + steps[root % 7] - low) % 12
    octave, step = divmod(root % 7 + above, 7)
    return base + 12 * octave + steps[step] - steps[root % 7]


def close_at(plan: Plan) -> int:
    """The eighth on which the song comes home: the last strong beat that can ring for a second."""
    latest = (SAMPLES - RATE) // plan.eighth
    return latest - latest % 4


def _rest(plan: Plan) -> int:
    """How long the last notes are held, so that they are released before the song ends."""
    return (SAMPLES - RATE * 3 // 10) // plan.eighth - close_at(plan)


def compose(plan: Plan, seed: int) -> list[Note]:
    rng = random.Random(f"tune-{seed}")
    progression = rng.choice(PROGRESSIONS[plan.scale])
    motifs = [(rng.choice(RHYTHMS), rng.choice(SHAPES)) for _ in "AB"]
    end, notes = close_at(plan), []
    for bar in range(-(-end // 8)):
        # A A B A, and each motif stands on the chord of its bar.
        rhythm, shape = motifs[1 if bar % 4 == 2 else 0]
        beats = [bar * 8 + eighth for eighth in rhythm]
        for i, start in enumerate(beats):
            if start < end - 1:
                until = min(beats[i + 1] if i + 1 < len(beats) else bar * 8 + 8, end)
                pitch = pitch_of(plan, chord_at(plan, progression, start), shape[i], plan.lead)
                notes.append(Note(start, until - start, plan.lead, pitch, 1.0 if start % 2 == 0 else 0.8))
    notes.append(Note(end, _rest(plan), plan.lead, pitch_of(plan, 0, 0, plan.lead)))
    return notes + [note for half in range(0, end + 4, 4) for note in _under(plan, progression, half, end)]


def chord_at(plan: Plan, progression: tuple[int, ...], eighth: int) -> int:
    end = close_at(plan)
    if eighth >= end:
        return 0
    return CADENCE[plan.scale] if eighth >= end - 4 else progression[eighth // 8 % 4]


def _under(plan: Plan, progression: tuple[int, ...], half: int, end: int) -> list[Note]:
    """Bass, backing and drums of half a bar."""
    root, last = chord_at(plan, progression, half), half == end
    held = _rest(plan) if last else 4
    # Close voicing: every chord tone in the same octave.
    chord = sorted(pitch_of(plan, root + third, 0, "keys") for third in (0, 2, 4))
    notes = [Note(half, held, "bass", pitch_of(plan, root, 0, "bass"))]
    if plan.backing == "chords" or last:
        notes += [Note(half, held, "keys", pitch, 0.8) for pitch in chord]
    else:
        notes += [Note(half + i, 2, "keys", chord[turn]) for i, turn in enumerate((0, 1, 2, 1))]
    if plan.drums == "yes" and not last:
        pattern = DRUMS["maqsum" if plan.scale == "hijaz" else "soft"]
        notes += [Note(half + i, 1, pattern[(half + i) % 8]) for i in range(4) if pattern[(half + i) % 8]]
    return notes

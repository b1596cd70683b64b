"""What a song may be: the plan, how one is drawn by lot, and which ones are held out.

A plan holds what a caption can say ("a slow kalimba tune in A minor, without drums"). Which
notes are played is the tune, drawn from another seed, so one plan gives many songs and one
song many captions. Everything is narrow on purpose: a small model plays a few things well
or many things badly.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import astuple, dataclass

RATE = 24_000  # samples a second
PATCH = 1920  # samples a transformer token covers: 80 ms
SECONDS = 10
SAMPLES = SECONDS * RATE

# An eighth note lasts a whole number of tokens, so every onset is the start of a token.
TEMPOS = {"slow": (75, 5), "medium": (94, 4), "fast": (125, 3)}  # beats a minute, tokens an eighth
SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "hijaz": (0, 1, 4, 5, 7, 8, 10),
}
TONICS = {"C": 60, "D": 62, "E": 64, "F": 65, "G": 67, "A": 69}  # MIDI, in the octave of middle C
KEYS = ("C major", "F major", "G major", "A minor", "D minor", "E minor", "D hijaz", "A hijaz", "E hijaz")
# Every field with every value it can take. The order is the order of the text encoder's heads.
FIELDS: dict[str, tuple[str, ...]] = {
    "key": KEYS,
    "tempo": tuple(TEMPOS),
    "lead": ("kalimba", "flute", "oud"),
    "backing": ("chords", "arpeggio"),
    "drums": ("no", "yes"),
}


@dataclass(frozen=True)
class Plan:
    key: str
    tempo: str
    lead: str
    backing: str
    drums: str

    @property
    def tonic(self) -> int:
        return TONICS[self.key.split()[0]]

    @property
    def scale(self) -> str:
        return self.key.split()[1]

    @property
    def bpm(self) -> int:
        return TEMPOS[self.tempo][0]

    @property
    def eighth(self) -> int:
        """Samples an eighth note lasts."""
        return TEMPOS[self.tempo][1] * PATCH

    def labels(self) -> list[int]:
        return [FIELDS[name].index(getattr(self, name)) for name in FIELDS]


def held_out(plan: Plan) -> bool:
    """True for one plan in sixteen, for ever the same ones: they are never trained on."""
    digest = hashlib.sha256("|".join(astuple(plan)).encode()).digest()
    return digest[0] % 16 == 0


def sample_plan(seed: int, held: bool = False) -> Plan:
    """The plan that belongs to this seed, from the training side or the held-out side."""
    rng = random.Random(f"plan-{seed}")
    while True:
        plan = Plan(**{name: rng.choice(values) for name, values in FIELDS.items()})
        if held_out(plan) == held:
            return plan

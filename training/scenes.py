"""What a picture may show: the spec, how one is drawn by lot, and which ones are held out.

A spec holds meaning only ("two red boats on the sea at night"). Where exactly the boats
stand is the layout, drawn from another seed, so one spec gives many pictures and one
picture many captions. The grammar is narrow on purpose: a small model draws a few things
well or many things badly.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import astuple, dataclass, replace

PLACES = ("sea", "desert", "city", "forest", "hills", "snow")
TIMES = ("day", "sunset", "night")
WEATHERS = ("clear", "cloudy", "rain")
COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black")
SHAPES = ("circle", "square", "triangle", "star", "heart", "diamond")
TABLES = ("wooden", "white", "blue")
STYLES = ("flat", "watercolour", "paper cut", "pixel art", "line drawing")

# What may stand in which place. Palms and trees have the colour they always have.
THINGS = {
    "sea": ("boat", "balloon"),
    "desert": ("palm", "balloon"),
    "city": ("car", "balloon"),
    "forest": ("house", "balloon"),
    "hills": ("house", "tree", "balloon"),
    "snow": ("house", "tree", "balloon"),
}
PAINTED = ("boat", "car", "house", "balloon")
FRUITS = {
    "apple": ("red", "green", "yellow"),
    "orange": ("orange",),
    "lemon": ("yellow",),
    "banana": ("yellow",),
    "pear": ("green",),
}
NATURAL = ("palm", "tree")

NONE = "none"
# Every field with every value it can take. The order is the order of the classifier heads.
FIELDS: dict[str, tuple[str, ...]] = {
    "kind": ("landscape", "shapes", "pair", "fruit"),
    "place": (NONE, *PLACES),
    "time": (NONE, *TIMES),
    "weather": (NONE, *WEATHERS),
    "thing": (NONE, *PAINTED, *NATURAL, *SHAPES, *FRUITS),
    "color": (NONE, *COLORS),
    "count": ("0", "1", "2", "3", "4"),
    "side": (NONE, "left", "right"),
    "thing2": (NONE, *SHAPES),
    "color2": (NONE, *COLORS),
    "background": (NONE, *COLORS, "wooden"),
    "style": STYLES,
}


@dataclass(frozen=True)
class Spec:
    """One meaning. `thing2` stands to the right of `thing` in a pair, and is absent otherwise."""

    kind: str
    place: str = NONE
    time: str = NONE
    weather: str = NONE
    thing: str = NONE
    color: str = NONE
    count: str = "0"
    side: str = NONE
    thing2: str = NONE
    color2: str = NONE
    background: str = NONE
    style: str = "flat"

    def labels(self) -> list[int]:
        return [FIELDS[name].index(getattr(self, name)) for name in FIELDS]


def held_out(spec: Spec) -> bool:
    """True for one meaning in sixteen, for ever the same ones, in every style: they are never trained on."""
    digest = hashlib.sha256("|".join(astuple(spec)[:-1]).encode()).digest()
    return digest[0] % 16 == 0


def sample_spec(seed: int, held: bool = False, kind: str | None = None, style: str | None = None) -> Spec:
    """The spec that belongs to this seed, from the training side or the held-out side."""
    rng = random.Random(f"spec-{seed}")
    while True:
        spec = _any_spec(rng, kind)
        if held_out(spec) == held:
            style = style or rng.choices(STYLES, (40, 15, 15, 15, 15))[0]
            return replace(spec, style=style)


def _any_spec(rng: random.Random, kind: str | None) -> Spec:
    kind = kind or rng.choices(("landscape", "shapes", "pair", "fruit"), (50, 24, 8, 18))[0]
    if kind == "landscape":
        return _landscape(rng)
    if kind == "fruit":
        fruit = rng.choice(("apple", *FRUITS))
        color = rng.choice(FRUITS[fruit])
        return Spec(kind, thing=fruit, color=color, count=_count(rng, 4), background=rng.choice(TABLES))
    color, color2, ground = rng.sample(COLORS, 3)
    if kind == "shapes":
        return Spec(kind, thing=rng.choice(SHAPES), color=color, count=_count(rng, 4), background=ground)
    shape, shape2 = rng.choice(SHAPES), rng.choice(SHAPES)
    return Spec(kind, thing=shape, color=color, count="1", thing2=shape2, color2=color2, background=ground)


def _landscape(rng: random.Random) -> Spec:
    place, time = rng.choice(PLACES), rng.choice(TIMES)
    weather = rng.choices(WEATHERS, (55, 30, 15))[0]
    thing = rng.choice((NONE, *THINGS[place], *THINGS[place]))
    if thing == NONE:
        return Spec("landscape", place, time, weather)
    color = NONE
    if thing in PAINTED:
        # Nobody could see a black boat at night or a white house in the snow.
        hidden = {"night": "black"}.get(time, NONE), {"snow": "white"}.get(place, NONE)
        color = rng.choice([name for name in COLORS if name not in hidden])
    count = _count(rng, 3)
    side = rng.choice((NONE, "left", "right")) if count == "1" else NONE
    return Spec("landscape", place, time, weather, thing, color, count, side)


def _count(rng: random.Random, most: int) -> str:
    return str(rng.choices(range(1, most + 1), [2, *[1] * (most - 1)])[0])

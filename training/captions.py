"""Captions in English and Arabic from one spec, each in many wordings."""

from __future__ import annotations

import random

from training.scenes import FRUITS, NONE, Spec
from training.words import (
    AR_COLORS,
    AR_SAME,
    AR_THINGS,
    EN_NUMBERS,
    EN_SAME,
    EN_THINGS,
    PLACE_WORDS,
    SIDE_WORDS,
    STYLE_WORDS,
    TIME_WORDS,
    WEATHER_WORDS,
    Wordings,
    arabic_things,
)

LANGUAGES = ("en", "ar")
FILLERS = {
    "en": (
        "a picture of",
        "an image of",
        "a drawing of",
        "draw",
        "please make",
        "an illustration of",
        "show me",
        "a scene with",
    ),
    "ar": ("صورة", "رسم", "لوحة فيها", "ارسم", "أريد صورة", "مشهد فيه", "رسمة", "منظر"),
}


def caption(spec: Spec, language: str, rng: random.Random, full: bool = False) -> str:
    """One wording. Unless `full`, details may be left out, and small slips occur."""
    words = _english(spec, rng, full) if language == "en" else _arabic(spec, rng, full)
    # Flat is what one gets without asking.
    if spec.style != "flat" or (not full and rng.random() < 0.2):
        words.insert(0 if rng.random() < 0.2 else len(words), _wording(STYLE_WORDS, spec.style, language, rng))
    text = " ".join(word for word in words if word)
    if not full:
        if rng.random() < 0.25:
            text = f"{rng.choice(FILLERS[language])} {text}"
        if rng.random() < 0.06:
            text = _slip(text, rng)
    if language == "en":
        # "a orange" is a slip nobody should learn from.
        for vowel in "aeiou":
            text = text.replace(f" a {vowel}", f" an {vowel}")
            if text.startswith(f"a {vowel}"):
                text = f"an {text[2:]}"
    return text


def _slip(text: str, rng: random.Random) -> str:
    """A dropped or doubled letter."""
    at = rng.randrange(len(text))
    return text[:at] + (text[at] * 2 if rng.random() < 0.5 else "") + text[at + 1 :]


def _wording(table: Wordings, key: str, language: str, rng: random.Random) -> str:
    if key not in table:
        return ""
    options = table[key][LANGUAGES.index(language)]
    return options[0] if rng.random() < 0.5 else rng.choice(options)


def _setting(spec: Spec, language: str, rng: random.Random, full: bool) -> list[str]:
    """Time, weather and side, in any order. Plain things are often left unsaid."""
    say_weather = full or rng.random() < (0.25 if spec.weather == "clear" else 0.9)
    say_time = full or rng.random() < (0.6 if spec.time == "day" else 0.92)
    say_side = full or rng.random() < 0.9
    parts = [
        _wording(TIME_WORDS, spec.time, language, rng) if say_time else "",
        _wording(WEATHER_WORDS, spec.weather, language, rng) if say_weather else "",
        _wording(SIDE_WORDS, spec.side, language, rng) if say_side else "",
    ]
    rng.shuffle(parts)
    return parts


def _english(spec: Spec, rng: random.Random, full: bool) -> list[str]:
    if spec.kind == "landscape":
        place, rest = _wording(PLACE_WORDS, spec.place, "en", rng), _setting(spec, "en", rng, full)
        if spec.thing == NONE:
            return [place, *rest]
        things = _things_en(spec.thing, spec.color, spec.count, rng, full)
        joint = rng.choice(("in", "on", "at")) if spec.thing != "balloon" else rng.choice(("over", "in", "above"))
        return rng.choice(([things, joint, place, *rest], [place, *rest[:1], "with", things, *rest[1:]]))
    things = _things_en(spec.thing, spec.color, spec.count, rng, full)
    if spec.kind == "fruit":
        return [things, "on", rng.choice(("a", "the")), spec.background, "table"]
    ground = rng.choice((["on a", spec.background, "background"], ["on", spec.background]))
    if spec.kind == "shapes":
        return rng.choice(([things, *ground], ["a", spec.background, "background with", things]))
    other = _things_en(spec.thing2, spec.color2, "1", rng, full)
    return rng.choice((
        [things, rng.choice(("to the left of", "left of")), other, *ground],
        [other, rng.choice(("to the right of", "right of")), things, *ground],
        [things, "on the left and", other, "on the right", *ground],
    ))  # fmt: skip


def _things_en(thing: str, color: str, count: str, rng: random.Random, full: bool) -> str:
    names = EN_THINGS[thing]
    if thing in EN_SAME and rng.random() < 0.3:
        names = rng.choice(EN_SAME[thing])
    number = EN_NUMBERS[count][0] if full else rng.choice(EN_NUMBERS[count])
    tint = "" if color == NONE or _obvious(thing, color, rng) else color
    return " ".join(word for word in (number, tint, names[0] if count == "1" else names[1]) if word)


def _arabic(spec: Spec, rng: random.Random, full: bool) -> list[str]:
    if spec.kind == "landscape":
        place, rest = _wording(PLACE_WORDS, spec.place, "ar", rng), _setting(spec, "ar", rng, full)
        if spec.thing == NONE:
            return [place, *rest]
        if rng.random() < 0.5:
            joint = rng.choice(("فوق", "في سماء") if spec.thing == "balloon" else ("في", "على"))
            return [_things_ar(spec.thing, spec.color, spec.count, rng), joint, place, *rest]
        with_word = rng.choice(("مع", "فيه", "وفيه"))
        return [
            place,
            *rest[:1],
            with_word,
            _things_ar(spec.thing, spec.color, spec.count, rng, with_word == "مع"),
            *rest[1:],
        ]
    things = _things_ar(spec.thing, spec.color, spec.count, rng)
    tint = AR_COLORS[spec.background]
    if spec.kind == "fruit":
        return [things, "على", "طاولة", tint[1]]
    ground = rng.choice((["على خلفية", tint[1]], ["بخلفية", tint[1]], ["على", tint[0]]))
    if spec.kind == "shapes":
        return rng.choice(([things, *ground], ["خلفية", tint[1], "عليها", things]))
    other = _things_ar(spec.thing2, spec.color2, "1", rng)
    return rng.choice((
        [things, rng.choice(("على يسار", "إلى يسار", "يسار")), other, *ground],
        [other, rng.choice(("على يمين", "إلى يمين", "يمين")), things, *ground],
        [things, "على اليسار و" + other, "على اليمين", *ground],
    ))  # fmt: skip


def _things_ar(thing: str, color: str, count: str, rng: random.Random, after_preposition: bool = False) -> str:
    noun = AR_THINGS[thing]
    if thing in AR_SAME and rng.random() < 0.3:
        noun = rng.choice(AR_SAME[thing])
    tint = NONE if _obvious(thing, color, rng) else color
    return arabic_things(noun, count, tint, after_preposition or rng.random() < 0.3)


def _obvious(thing: str, color: str, rng: random.Random) -> bool:
    """Lemons are yellow: fruit with a single colour rarely has it said."""
    return FRUITS.get(thing) == (color,) and rng.random() < 0.8

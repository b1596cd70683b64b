"""Captions in English and Arabic from one plan, each in many wordings, and the pipeline's text around them."""

from __future__ import annotations

import random

from diffusers import AceStepPipeline

from training.song.plans import SECONDS, Plan
from training.song.words import (
    BACKING_WORDS,
    DRUM_WORDS,
    FILLERS,
    KIND_WORDS,
    LEAD_WORDS,
    MOOD_WORDS,
    TEMPO_WORDS,
    key_words,
)

LANGUAGES = ("en", "ar")
INSTRUCTION = "Fill the audio semantic mask based on the given conditions:"


def caption(plan: Plan, language: str, rng: random.Random, full: bool = False) -> str:
    """One wording. Unless `full`, details may be left out."""

    def say(table: dict[str, tuple[tuple[str, ...], tuple[str, ...]]], key: str, often: float = 0.9) -> str:
        options = table[key][LANGUAGES.index(language)]
        return rng.choice(options) if full or rng.random() < often else ""

    mood = say(MOOD_WORDS, plan.scale, 0.7)
    tempo = say(TEMPO_WORDS, plan.tempo)
    lead = say(LEAD_WORDS, plan.lead)
    key = rng.choice(key_words(plan.key, language)) if full or rng.random() < 0.6 else ""
    backing = say(BACKING_WORDS, plan.backing, 0.6)
    drums = say(DRUM_WORDS, plan.drums, 0.85)
    kind = rng.choice(KIND_WORDS[language])
    tail = [key, backing, drums]
    rng.shuffle(tail)
    if language == "en":
        head = rng.choice(([tempo, mood, lead, kind], [mood, tempo, lead, kind], [mood, lead, kind, tempo]))
    else:
        head = rng.choice(([kind, tempo, mood, lead], [kind, mood, tempo, lead], [kind, lead, mood, tempo]))
    if not full and rng.random() < 0.25:
        head = [rng.choice(FILLERS[language]), *head]
    return " ".join(word for word in (*head, *tail) if word)


def prompt(text: str, bpm: int | None = None, key: str | None = None, meter: str | None = None) -> str:
    """What the pipeline makes of a caption and the fields beside it, before the tokenizer."""
    formatted, _ = AceStepPipeline._format_prompt(
        _Formatter(), text, audio_duration=SECONDS, instruction=INSTRUCTION, bpm=bpm, keyscale=key, timesignature=meter
    )
    return str(formatted)


def lyrics(text: str = "", language: str = "en") -> str:
    """The same for the lyrics. Nobody sings here; they are always there, mostly empty."""
    return str(AceStepPipeline._format_prompt(_Formatter(), "", text, language)[1])


class _Formatter:
    """The one method `_format_prompt` needs of its pipeline."""

    _build_metadata_string = staticmethod(AceStepPipeline._build_metadata_string)


def metas(plan: Plan, rng: random.Random) -> dict[str, str | int]:
    """The fields beside the caption: all, some, or none of them, as people fill them in."""
    share = rng.choice((0.0, 0.5, 1.0))
    fields: dict[str, str | int] = {"bpm": plan.bpm, "key": plan.key, "meter": "4"}
    return {name: value for name, value in fields.items() if rng.random() < share}

"""The scene grammar: reproducible, honest about what is held out, and captioned truly."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from training.captions import caption
from training.draw import draw
from training.scenes import FIELDS, NONE, STYLES, held_out, sample_spec
from training.shapes import PALETTE
from training.words import AR_COLORS, AR_NUMBERS, AR_SAME, AR_THINGS, EN_NUMBERS, EN_SAME, EN_THINGS, STYLE_WORDS

SEEDS = range(300)


def test_a_seed_gives_the_same_picture_every_time() -> None:
    for seed in range(12):
        first, second = (np.asarray(draw(sample_spec(seed), seed, 64)) for _ in range(2))
        assert (first == second).all()


def test_layouts_differ_while_the_meaning_stays() -> None:
    spec = sample_spec(3)
    first, second = (np.asarray(draw(spec, layout, 64), dtype=int) for layout in (1, 2))
    assert abs(first - second).max() > 0


def test_size_is_asked_for() -> None:
    assert draw(sample_spec(0), 0).size == (128, 128)
    assert draw(sample_spec(0), 0, 256).size == (256, 256)


def test_training_never_sees_a_held_out_spec() -> None:
    assert not any(held_out(sample_spec(seed)) for seed in range(3000))
    assert all(held_out(sample_spec(seed, held=True)) for seed in SEEDS)


def test_held_out_specs_are_a_small_fixed_share() -> None:
    assert {sample_spec(seed, held=True) for seed in SEEDS}.isdisjoint(sample_spec(seed) for seed in range(3000))
    assert sample_spec(5, held=True) == sample_spec(5, held=True)


def test_every_spec_fits_the_classifier_heads() -> None:
    for seed in SEEDS:
        labels = sample_spec(seed).labels()
        assert all(0 <= label < len(values) for label, values in zip(labels, FIELDS.values(), strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_full_captions_name_thing_count_and_colour(seed: int) -> None:
    spec, rng = sample_spec(seed), random.Random(seed)
    if spec.thing == NONE:
        return
    english, arabic = caption(spec, "en", rng, full=True), caption(spec, "ar", rng, full=True)
    names = [EN_THINGS[spec.thing], *EN_SAME.get(spec.thing, ())]
    assert any(form in english for pair in names for form in pair)
    assert any(number in english for number in (*EN_NUMBERS[spec.count], "an")), english
    nouns = [AR_THINGS[spec.thing], *AR_SAME.get(spec.thing, ())]
    assert any(form[:-1] in arabic for noun in nouns for form in noun[:3]), arabic
    if spec.count in AR_NUMBERS:
        assert any(number in arabic for number in AR_NUMBERS[spec.count])
    if spec.kind in ("shapes", "pair"):
        assert spec.color in english and spec.background in english
        assert any(form[:-2] in arabic for form in AR_COLORS[spec.color])


def test_arabic_agrees_in_number_and_gender() -> None:
    from training.words import arabic_things

    assert arabic_things(AR_THINGS["boat"], "3", "red", False) == "ثلاثة قوارب حمراء"
    assert arabic_things(AR_THINGS["apple"], "3", "red", False) == "ثلاث تفاحات حمراء"
    assert arabic_things(AR_THINGS["boat"], "2", "red", True) == "قاربين أحمرين"
    assert arabic_things(AR_THINGS["star"], "2", "yellow", False) == "نجمتان صفراوان"


def test_a_shape_is_painted_in_its_colour() -> None:
    for seed in range(40):
        spec = sample_spec(seed, kind="shapes", style="flat")
        picture = np.asarray(draw(spec, seed, 64)).reshape(-1, 3)
        assert (picture == PALETTE[spec.color]).all(1).any() and (picture == PALETTE[spec.background]).all(1).any()


def test_a_meaning_is_held_out_in_every_style() -> None:
    for seed in range(60):
        assert len({held_out(replace(sample_spec(seed), style=style)) for style in STYLES}) == 1


@pytest.mark.parametrize("style", STYLES[1:])
def test_captions_name_the_style_in_both_languages(style: str) -> None:
    for seed in range(20):
        spec, rng = sample_spec(seed, style=style), random.Random(seed)
        for words, language in zip(STYLE_WORDS[style], ("en", "ar"), strict=True):
            text = caption(spec, language, rng, full=True)
            assert any(word in text for word in words), text


def test_every_style_looks_different_and_always_the_same() -> None:
    pictures = [np.asarray(draw(sample_spec(4, style=style), 4), dtype=float) for style in (*STYLES, *STYLES)]
    for i, picture in enumerate(pictures[:5]):
        assert (picture == pictures[i + 5]).all()
        assert all(np.abs(picture - other).mean() > 0.5 for other in pictures[:i])

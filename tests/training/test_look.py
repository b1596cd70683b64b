"""What the evaluation sees and hears: nearly all of what the grammar makes, and next to nothing in noise."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from training.draw import draw
from training.look import check, style_of
from training.scenes import STYLES, sample_spec
from training.song.hear import hear
from training.song.plans import FIELDS, SAMPLES, sample_plan
from training.song.synth import play


def shares(style: str, count: int) -> dict[str, float]:
    found: dict[str, list[bool]] = {}
    for seed in range(count):
        spec = sample_spec(seed, held=True, style=style)
        for row, right in check(draw(spec, 10**6 + seed), spec).items():
            found.setdefault(row, []).append(right)
    return {row: float(np.mean(rights)) for row, rights in found.items()}


def test_flat_renders_are_read_right() -> None:
    seen = shares("flat", 60)
    outlines = seen.pop("thing")
    assert min(seen.values()) >= 0.95, seen
    assert outlines > 0.9


@pytest.mark.parametrize("style", STYLES[1:])
def test_the_other_styles_can_be_read_as_well(style: str) -> None:
    seen = shares(style, 24)
    assert np.mean(list(seen.values())) > 0.9, seen
    assert seen["style"] > 0.8


def test_a_style_leaves_its_mark_and_no_other() -> None:
    for style in STYLES:
        spec = sample_spec(1, kind="shapes", style=style)
        assert style_of(np.asarray(draw(spec, 1), dtype=float)) == style


def test_noise_and_other_captions_score_low() -> None:
    rng = np.random.default_rng(0)
    specs = [sample_spec(seed, held=True, style="flat") for seed in range(40)]
    for pictures in (
        [Image.fromarray(rng.integers(0, 256, (128, 128, 3), dtype=np.uint8)) for _ in specs],
        [draw(spec, 0) for spec in specs[1:] + specs[:1]],
    ):
        seen = [all(check(picture, spec).values()) for picture, spec in zip(pictures, specs, strict=True)]
        assert np.mean(seen) < 0.1


def test_renders_are_heard_right_and_noise_as_noise() -> None:
    heard = [hear(play(sample_plan(seed, held=True), seed).astype(np.float64)) for seed in range(3)]
    rights = [getattr(h, name) == getattr(sample_plan(seed, held=True), name)
              for seed, h in enumerate(heard) for name in FIELDS]  # fmt: skip
    assert np.mean(rights) >= 0.95
    assert all(h.noise < -30 for h in heard)
    assert hear(np.random.default_rng(0).normal(size=SAMPLES)).noise > -3

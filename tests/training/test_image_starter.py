"""The shipped image starter: it loads as any checkpoint does, and draws something that is neither noise nor blank."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import QwenImage21Pipeline

from training.bundle import load_folder
from training.look import check, sky_of
from training.scenes import Spec
from training.sheet import make

FOLDER = Path(__file__).parents[2] / "starters" / "image"


@pytest.fixture(scope="module")
def pipeline() -> Iterator[QwenImage21Pipeline]:
    """On one thread: beside other tests, threads that wait for each other take many times as long."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield load_folder(FOLDER)
    torch.set_num_threads(threads)


def test_it_draws_what_is_asked_in_either_language(pipeline: QwenImage21Pipeline) -> None:
    night, day = (make(pipeline, text, 5, steps=8) for text in ("the city at night", "البحر في النهار"))
    assert sky_of(np.asarray(night, dtype=float), "flat")[0] == "night"
    assert sky_of(np.asarray(day, dtype=float), "flat")[0] == "day"
    circle = Spec("shapes", thing="circle", color="red", count="1", background="yellow")
    seen = check(make(pipeline, "a red circle on a yellow background", 1, steps=8), circle)
    assert seen["colour"] and seen["background"]


def test_a_prompt_outside_the_grammar_gives_something_harmless(pipeline: QwenImage21Pipeline) -> None:
    first, again = (np.asarray(make(pipeline, "a dragon in a library", 3, steps=4), dtype=float) for _ in range(2))
    assert (first == again).all()
    assert first.std() > 10, "blank"
    assert np.abs(np.diff(first, axis=1)).mean() < 20, "noise"

"""The shipped song starter: it loads as any checkpoint does, and makes something that is neither noise nor blank."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AceStepPipeline

from training.song import listen
from training.song.bundle import make
from training.song.plans import RATE

FOLDER = Path(__file__).parents[2] / "starters" / "song"


@pytest.fixture(scope="module")
def pipeline() -> AceStepPipeline:
    loaded = AceStepPipeline.from_pretrained(FOLDER, dtype=torch.float32)
    loaded.set_progress_bar_config(disable=True)
    return loaded


def test_it_makes_tones_and_not_noise(pipeline: AceStepPipeline) -> None:
    first, again, other = (
        make(pipeline, text, 5, steps=8, audio_duration=4.0).double().numpy()
        for text in ("a happy fast kalimba tune in C major with drums",) * 2 + ("معزوفة بطيئة حزينة على الناي",)
    )
    assert pipeline.sample_rate == RATE and first.shape == (4 * RATE,)
    assert (first == again).all()
    for song in (first, other):
        assert np.isfinite(song).all() and song.std() > 0.02
        assert listen.flatness(song) < 0.1
    assert np.abs(first - other).mean() > 0.5 * np.abs(first).mean()


def test_it_is_small_and_names_no_place() -> None:
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) < 45_000_000
    for file in FOLDER.rglob("*.json"):
        assert "_name_or_path" not in file.read_text()

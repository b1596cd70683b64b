"""The music grammar: reproducible, honest about what is held out, captioned truly, and encoded as it sounds."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from training.song import listen
from training.song.autoencoder import build, encode, kernel, snr
from training.song.captions import caption, lyrics, prompt
from training.song.data import Notes, waves
from training.song.plans import FIELDS, RATE, SAMPLES, SCALES, held_out, sample_plan
from training.song.synth import play
from training.song.tune import compose
from training.song.words import BACKING_WORDS, DRUM_WORDS, LEAD_WORDS, MOOD_WORDS, TEMPO_WORDS, key_words

SEEDS = range(200)


def test_a_seed_gives_the_same_song_every_time() -> None:
    for seed in range(4):
        first, second = play(sample_plan(seed), seed), play(sample_plan(seed), seed)
        assert (first == second).all() and first.shape == (SAMPLES,) and np.abs(first).max() > 0.1


def test_another_seed_gives_another_tune_of_the_same_plan() -> None:
    plan = sample_plan(3)
    assert len({tuple(compose(plan, seed)) for seed in range(40)}) > 30


def test_songs_begin_and_end_without_a_click() -> None:
    songs = waves(range(20))
    assert songs[:, :24].abs().max() < 0.2 and songs[:, -240:].abs().max() < 1e-3


def test_training_never_hears_a_held_out_plan() -> None:
    assert not any(held_out(sample_plan(seed)) for seed in range(2000))
    assert all(held_out(sample_plan(seed, held=True)) for seed in SEEDS)
    assert {sample_plan(seed, held=True) for seed in SEEDS}.isdisjoint(sample_plan(seed) for seed in range(2000))


@pytest.mark.parametrize("seed", range(60))
def test_every_note_is_in_the_key_and_released_in_time(seed: int) -> None:
    plan = sample_plan(seed)
    for note in compose(plan, seed):
        assert not note.pitch or (note.pitch - plan.tonic) % 12 in SCALES[plan.scale]
        assert (note.start + note.length) * plan.eighth <= SAMPLES - RATE // 4


@pytest.mark.parametrize("seed", SEEDS)
def test_full_captions_say_everything_in_both_languages(seed: int) -> None:
    plan, rng = sample_plan(seed), random.Random(seed)
    said = (MOOD_WORDS[plan.scale], TEMPO_WORDS[plan.tempo], LEAD_WORDS[plan.lead],
            BACKING_WORDS[plan.backing], DRUM_WORDS[plan.drums])  # fmt: skip
    for i, language in enumerate(("en", "ar")):
        text = caption(plan, language, rng, full=True)
        assert all(any(word in text for word in words[i]) for words in said), text
        assert any(words in text for words in key_words(plan.key, language)), text
    assert all(label < len(values) for label, values in zip(plan.labels(), FIELDS.values(), strict=True))


def test_texts_are_the_pipelines_own() -> None:
    assert prompt("x", 94, "C major", "4").endswith(
        "# Caption\nx\n\n"
        "# Metas\n- bpm: 94\n- timesignature: 4\n- keyscale: C major\n- duration: 10 seconds\n<|endoftext|>\n"
    )
    assert lyrics() == "# Languages\nen\n\n# Lyric\n<|endoftext|>"


def test_the_autoencoder_begins_as_a_good_codec() -> None:
    vae = build(waves(range(60)))
    filters, songs = kernel(vae), waves(range(3), held=True)
    latents = encode(filters, songs)
    with torch.no_grad():
        decoded = vae.decode(latents[:1].transpose(1, 2)).sample[:, 0]
        exact = vae.encode(songs[:1, None, :RATE]).latent_dist.mode().transpose(1, 2)
    assert snr(songs[:1], decoded) > 18
    assert (exact[:, :40] - latents[:1, :40]).abs().max() < 0.01
    # A song's latents are the sum of its notes' latents.
    assert (Notes(filters).song(sample_plan(0, held=True), 10**9) - latents[0]).abs().max() < 1e-3


def test_what_is_heard_is_what_was_played() -> None:
    noise = np.random.default_rng(0).normal(size=SAMPLES)
    assert listen.flatness(noise) > 0.5 and listen.cents_off(noise) > 20
    for seed in range(4):
        plan = sample_plan(seed)
        song = play(plan, seed).astype(np.float64)
        grid = listen.on_grid(song)
        assert max(grid, key=grid.__getitem__) == plan.tempo and grid[plan.tempo] > 0.9
        assert listen.in_scale(song, plan) > 0.9 and listen.cents_off(song) < 3 and listen.flatness(song) < 0.01

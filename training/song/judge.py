"""How well a song starter obeys held-out captions, and whether it is in tune and in time.

    python -m training.song.judge starters/song --songs 24

Tune, time and noise are measured by signal analysis alone. What the caption asks for is read
by a linear classifier of the same measurements that has only ever heard true renders of
training plans; true renders of the held-out ones are printed beside as the ceiling, songs for
other captions as the floor, and noise.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import numpy as np

from training.song import listen
from training.song.bundle import load_folder, make
from training.song.captions import LANGUAGES, caption
from training.song.plans import FIELDS, SAMPLES, Plan, sample_plan
from training.song.synth import play

RENDERS = 700
Array = listen.Array


class Classifier:
    """Ridge regression on one-hot fields."""

    def __init__(self) -> None:
        plans = [sample_plan(seed) for seed in range(RENDERS)]
        rng = np.random.default_rng(0)
        # With some hiss, as the starter has it: it must not be taken for drums.
        hiss = [rng.normal(0, rng.uniform(0, 0.02), SAMPLES) for _ in plans]
        rows = np.stack([listen.features(play(plan, seed) + hiss[seed]) for seed, plan in enumerate(plans)])
        self.mean, self.spread = rows.mean(0), rows.std(0) + 0.02
        inputs = self._inputs(rows)
        targets = np.concatenate(
            [np.eye(len(values))[[plan.labels()[i] for plan in plans]] for i, values in enumerate(FIELDS.values())], 1
        )
        self.weights = np.linalg.solve(inputs.T @ inputs + 10 * np.eye(inputs.shape[1]), inputs.T @ targets)

    def _inputs(self, rows: Array) -> Array:
        return np.concatenate([(rows - self.mean) / self.spread, np.ones((len(rows), 1))], 1)

    def obeyed(self, songs: list[Array], plans: list[Plan]) -> dict[str, float]:
        """Share of songs whose field is what the plan says."""
        scores = self._inputs(np.stack([listen.features(song) for song in songs])) @ self.weights
        ends = np.cumsum([len(values) for values in FIELDS.values()])
        guesses = np.stack([part.argmax(1) for part in np.split(scores, ends[:-1], axis=1)], 1)
        right = guesses == np.array([plan.labels() for plan in plans])
        return {**dict(zip(FIELDS, right.mean(0).tolist(), strict=True)), "everything": float(right.all(1).mean())}


def measured(songs: list[Array], plans: list[Plan]) -> dict[str, float]:
    pairs = list(zip(songs, plans, strict=True))
    grids = [listen.on_grid(song) for song in songs]
    return {
        "on notes of the key": float(np.mean([listen.in_scale(song, plan) for song, plan in pairs])),
        "cents off": float(np.mean([listen.cents_off(song) for song in songs])),
        "on the asked grid": float(np.mean([grid[plan.tempo] for grid, plan in zip(grids, plans, strict=True)])),
        "asked tempo clearest": float(np.mean([max(grid, key=grid.__getitem__) == plan.tempo
                                               for grid, plan in zip(grids, plans, strict=True)])),
        "flatness": float(np.mean([listen.flatness(song) for song in songs])),
    }  # fmt: skip


def shown(row: str, value: float) -> str:
    if row == "cents off":
        return f"{value:.1f}"
    return f"{value:.3f}" if row in ("flatness", "on the asked grid") else f"{100 * value:.0f} %"


def judge(folder: Path, count: int) -> str:
    """The table, in Markdown."""
    classifier, pipeline = Classifier(), load_folder(folder)
    plans = [sample_plan(seed, held=True) for seed in range(count)]
    columns: dict[str, dict[str, float]] = {}

    def add(name: str, songs: list[Array], asked: list[Plan]) -> None:
        columns[name] = classifier.obeyed(songs, asked) | measured(songs, asked)

    add("true renders", [play(plan, 10**6 + i).astype(np.float64) for i, plan in enumerate(plans)], plans)
    started = time.monotonic()
    for language in LANGUAGES:
        rng = random.Random(7)
        texts = [caption(plan, language, rng, full=True) for plan in plans]
        songs = [make(pipeline, text, seed).double().numpy() for seed, text in enumerate(texts)]
        add(language, songs, plans)
    seconds = (time.monotonic() - started) / (2 * count)
    add("other captions", songs, plans[1:] + plans[:1])
    noise = np.random.default_rng(0)
    add("noise", [noise.normal(size=SAMPLES) for _ in plans], plans)
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    rows = columns["noise"]
    lines += [f"| {row} | " + " | ".join(shown(row, c[row]) for c in columns.values()) + " |" for row in rows]
    return "\n".join([*lines, f"\n{count} held-out plans, {seconds:.1f} s a song."])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.song.judge", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--songs", type=int, default=24, help="held-out plans, each in both languages")
    options = parser.parse_args()
    print(judge(options.folder, options.songs))


if __name__ == "__main__":
    main()

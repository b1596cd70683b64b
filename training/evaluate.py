"""How well the starters obey captions they were never trained on, with nothing learned and no network.

    python -m training.evaluate                  # both starters; the tables go into their model cards
    python -m training.evaluate song --count 8   # one of them, fewer captions

Pictures are looked at (look.py), songs are listened to (song/hear.py). Beside the two languages stand
three baselines: what the grammar itself draws or plays is the ceiling, the same pictures held
against other captions the floor, and noise what chance alone gives.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from PIL import Image

from training import autoencoder, bundle, captions, draw, look, scenes, sheet
from training.song import bundle as song_bundle
from training.song import captions as song_captions
from training.song import decoder, hear, listen, plans, synth
from training.song.autoencoder import kernel

Column = dict[str, list[float]]
UNITS = {"cents off": "", "on the asked grid": "", "noise beside the notes": " dB"}  # all else is a share


def table(columns: dict[str, Column]) -> str:
    """In Markdown. A row that a column has no case of stays empty."""

    def cell(column: Column, row: str) -> str:
        if not column.get(row):
            return ""
        mean = float(np.mean(column[row]))
        return f"{mean:.2f}{UNITS[row]}" if row in UNITS else f"{100 * mean:.0f} %"

    rows = sorted(dict.fromkeys(row for column in columns.values() for row in column), key="everything".__eq__)
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    return "\n".join(
        lines + [f"| {row} | " + " | ".join(cell(c, row) for c in columns.values()) + " |" for row in rows]
    )


def column(check: Callable[[Any, Any], dict[str, float]], made: Iterable[Any], asked: Iterable[Any]) -> Column:
    found: Column = defaultdict(list)
    for thing, meaning in zip(made, asked, strict=True):
        for row, value in check(thing, meaning).items():
            found[row].append(value)
    return found


def evaluate(
    meanings: list[Any],
    say: Callable[[Any, str, random.Random], str],
    make: Callable[[str, int], Any],
    render: Callable[[Any, int], Any],
    noise: Callable[[np.random.Generator], Any],
    check: Callable[[Any, Any], dict[str, float]],
) -> str:
    """The table of one starter, and what one piece takes. Seeds are 0, 1, 2 and so on: nothing is picked."""
    columns = {"the grammar itself": column(check, [render(m, 10**6 + i) for i, m in enumerate(meanings)], meanings)}
    started = time.process_time(), time.monotonic()
    for language, name in (("en", "English"), ("ar", "Arabic")):
        rng = random.Random(7)
        made = [make(say(meaning, language, rng), seed) for seed, meaning in enumerate(meanings)]
        columns[name] = column(check, made, meanings)
    used, waited = time.process_time() - started[0], time.monotonic() - started[1]
    columns["other captions"] = column(check, made, meanings[1:] + meanings[:1])
    chance = np.random.default_rng(0)
    columns["noise"] = column(check, [noise(chance) for _ in meanings], meanings)
    pieces = 2 * len(meanings)
    return "\n".join([
        table(columns), "",
        f"{len(meanings)} held-out captions in each language, 16 steps. One takes {used / pieces:.1f} s of a core,",
        f"its check counted; here {waited / pieces:.1f} s went by.",
    ])  # fmt: skip


def images(folder: Path, count: int, style: str | None) -> str:
    pipeline = bundle.load_folder(folder)
    side = json.loads((folder / "studio.json").read_text())["sizes"][0][0]
    measured = evaluate(
        [scenes.sample_spec(seed, held=True, style=style) for seed in range(count)],
        lambda spec, language, rng: captions.caption(spec, language, rng, full=True),
        lambda text, seed: sheet.make(pipeline, text, seed, side=side),
        draw.draw,
        lambda rng: Image.fromarray(rng.integers(0, 256, (128, 128, 3), dtype=np.uint8)),
        _look,
    )
    psnr = autoencoder.measure(pipeline.vae, 64, style)
    return f"{measured}\n\nAutoencoder: {psnr:.1f} dB PSNR on 64 held-out pictures."


def _look(image: Image.Image, spec: scenes.Spec) -> dict[str, float]:
    seen = look.check(image, spec)
    return {**seen, "everything": all(seen.values())}


def songs(folder: Path, count: int) -> str:
    pipeline = song_bundle.load_folder(folder)
    measured = evaluate(
        [plans.sample_plan(seed, held=True) for seed in range(count)],
        lambda plan, language, rng: song_captions.caption(plan, language, rng, full=True),
        lambda text, seed: song_bundle.make(pipeline, text, seed).double().numpy(),
        lambda plan, seed: synth.play(plan, seed).astype(np.float64),
        lambda rng: rng.normal(size=plans.SAMPLES),
        _listen,
    )
    clean = decoder.measure(pipeline.vae, kernel(pipeline.vae))
    return f"{measured}\n\nAutoencoder: {clean:.1f} dB signal to noise on 24 held-out songs."


def _listen(song: listen.Array, plan: plans.Plan) -> dict[str, float]:
    heard = hear.hear(song)
    right = {name: float(getattr(heard, name) == getattr(plan, name)) for name in plans.FIELDS}
    return {
        **right, "everything": float(all(right.values())), "sound on notes of the key": listen.in_scale(song, plan),
        "cents off": listen.cents_off(song), "on the asked grid": listen.on_grid(song)[plan.tempo],
        "noise beside the notes": heard.noise,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__.split("\n")[0])
    parser.add_argument("starter", nargs="?", choices=("image", "song"), help="only this one")
    parser.add_argument("--folder", type=Path, help="where it lies; starters/image or starters/song")
    parser.add_argument("--count", type=int, help="held-out captions, each in both languages: 96 pictures or 16 songs")
    parser.add_argument("--style", choices=scenes.STYLES, help="only pictures in this style")
    options = parser.parse_args()
    with torch.no_grad():
        if options.starter != "song":
            print(images(options.folder or Path("starters/image"), options.count or 96, options.style))
        if options.starter != "image":
            print(songs(options.folder or Path("starters/song"), options.count or 16))


if __name__ == "__main__":
    main()

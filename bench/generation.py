"""A picture made in the studio with somebody watching, beside the bare diffusers call: same seed, same bytes, time."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import torch

from app import cache, catalog, settings
from app.models import Generation
from app.models.ids import uuid7
from app.realtime import bus
from app.workers.engine import Engine
from app.workers.hardware import choose
from app.workers.qwen_image import QwenImage, opaque
from app.workers.reporter import Reporter
from bench.report import Row, note, row
from bench.services import servers

TITLE = "generation: what the live view costs the model"
ROUNDS = 31
"The differences looked for are smaller than one round's noise."
SAME = ("prompt", "width", "height", "num_inference_steps", "true_cfg_scale")


def run(say: Callable[[str], None]) -> list[Row]:
    with servers():
        return asyncio.run(_run(say))


async def _run(say: Callable[[str], None]) -> list[Row]:
    model = next(iter(catalog.models().values()))
    engine = QwenImage(model.id, choose(settings.get()), Path("var/previews"))
    say("loading the model")
    await asyncio.to_thread(engine.setup)
    # The longest run the model allows, for the same reason.
    asked = {
        "prompt": model.example_prompts["en"][0], "negative_prompt": "", "width": model.sizes[0][0],
        "height": model.sizes[0][1], "num_inference_steps": model.max_steps,
        "true_cfg_scale": model.true_cfg_scale, "seed": 7, "num_images_per_prompt": 1,
    }  # fmt: skip
    await asyncio.to_thread(_bare, engine, asked)
    found: dict[str, list[float]] = {"bare": [], "watched": [], "alone": []}
    pictures: dict[str, bytes] = {}
    frames = 0
    for turn in range(ROUNDS):
        # Each round in another order, so that a machine that slows down slows them alike.
        for kind in sorted(found, key=lambda kind: hash((kind, turn))):
            say(f"{kind}, round {turn + 1} of {ROUNDS}")
            if kind == "bare":
                began = time.perf_counter()
                image = await asyncio.to_thread(_bare, engine, asked)
                took = time.perf_counter() - began
            else:
                made, seen, took = await reported(engine, asked, watched=kind == "watched")
                image = made.image
                frames = max(frames, seen)
            found[kind].append(took)
            pictures[kind] = image.tobytes()
    same = len(set(pictures.values())) == 1
    await cache.close()
    return [
        row("watched live", found["watched"], unit="s", peer=found["bare"], peer_name="bare call", most_ratio=1.02),
        row("nobody watches", found["alone"], unit="s", peer=found["bare"], peer_name="bare call", most_ratio=1.02),
        row("same bytes in all three (1 is yes)", [float(same)], least=1),
        row("frames that the watcher got", [float(frames)]),
        note(f"{model.title}, {model.sizes[0][0]} x {model.sizes[0][1]}, {model.max_steps} steps, {ROUNDS} rounds."),
    ]


def _bare(engine: QwenImage, asked: dict[str, Any]) -> Any:
    """As a script would call it, on the pipeline without our watch on its scheduler."""
    scheduler = engine.pipe.scheduler
    watching, scheduler.step = scheduler.step, engine.estimate._step
    try:
        with torch.inference_mode():
            image = engine.pipe(
                **{name: asked[name] for name in SAME},
                negative_prompt=" ",
                generator=torch.Generator("cpu").manual_seed(asked["seed"]),
            ).images[0]
    finally:
        scheduler.step = watching
    return opaque(image)


async def reported(engine: Engine, asked: dict[str, Any], *, watched: bool) -> tuple[Any, int, float]:
    """As a worker runs it: on a thread, its steps reported, previews drawn if somebody subscribes.

    The watcher reads when all is over: in the studio it is another process, and the time it takes is not the model's.
    """
    work = cast(Generation, _Work(asked["num_inference_steps"]))
    with cache.waiting_redis().pubsub() as watcher:
        if watched:
            watcher.subscribe(bus.generation_topic(work.id))
            watcher.get_message(timeout=1)
        began = time.perf_counter()
        reporter = Reporter(work, settings.get().preview_hz)
        await reporter.begin()
        finished: Any = await asyncio.to_thread(engine.run, asked, reporter)
        await reporter.close()
        took = time.perf_counter() - began
        frames = 0
        while watched and (message := watcher.get_message(timeout=0.05)):
            frames += message["type"] == "message" and message["data"][:1] == b"\x01"
    return finished[0], frames, took


class _Work:
    """What a reporter needs to know of a generation."""

    def __init__(self, total_steps: int) -> None:
        self.id, self.attempt, self.total_steps = uuid7(), 1, total_steps

"""A song made in the studio with somebody listening early, beside one that nobody looks at: same seed, same sound."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from app import cache, catalog, settings
from app.workers.ace_step import AceStep
from app.workers.hardware import choose
from bench.generation import reported
from bench.report import Row, note, row
from bench.services import servers

TITLE = "songs: what the live cover and the early listen cost the model"
ROUNDS = 7


def run(say: Callable[[str], None]) -> list[Row]:
    if not catalog.songs():
        return [note("No song model: SONG_MODEL is none.")]
    with servers():
        return asyncio.run(_run(say))


async def _run(say: Callable[[str], None]) -> list[Row]:
    model = next(iter(catalog.songs().values()))
    engine = AceStep(model.id, choose(settings.get()), Path("var/previews"), model.guidance_scale, model.shift)
    say("loading the model")
    await asyncio.to_thread(engine.setup)
    asked = {
        "prompt": model.example_prompts["en"][0], "lyrics": "", "vocal_language": "en",
        "audio_duration": model.seconds[0], "bpm": None, "keyscale": "", "timesignature": "",
        "num_inference_steps": model.steps, "guidance_scale": model.guidance_scale, "seed": 7,
    }  # fmt: skip
    found: dict[bool, list[float]] = {True: [], False: []}
    sounds: set[bytes] = set()
    frames = 0
    for turn in range(ROUNDS):
        for watched in (bool(turn % 2), not turn % 2):
            say(f"{'watched' if watched else 'alone'}, round {turn + 1} of {ROUNDS}")
            song, seen, took = await reported(engine, asked, watched=watched)
            found[watched].append(took)
            frames = max(frames, seen)
            sounds.add(song.samples.tobytes())
    await cache.close()
    return [
        row("watched and heard early", found[True], unit="s", peer=found[False], peer_name="alone", most_ratio=1.15),
        row("a second of song takes", [each / model.seconds[0] for each in found[False]], unit="s", most=2),
        row("same samples in both (1 is yes)", [float(len(sounds) == 1)], least=1),
        row("frames that the watcher got", [float(frames)]),
        note(f"{model.title}, {model.seconds[0]:g} s, {model.steps} steps, {ROUNDS} rounds."),
    ]

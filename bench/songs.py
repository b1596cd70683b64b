"""A song made in the studio with somebody listening early, beside one that nobody looks at: same seed, same sound."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

from app import cache, catalog, settings
from app.realtime import bus
from app.workers.ace_step import AceStep
from app.workers.hardware import choose
from bench.first_sound import on_the_page
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
    frames, first = 0, list[float]()
    for turn in range(ROUNDS):
        for watched in (bool(turn % 2), not turn % 2):
            say(f"{'watched' if watched else 'alone'}, round {turn + 1} of {ROUNDS}")
            ears = Ears() if watched else None
            song, seen, took = await reported(engine, asked, watched=watched)
            if ears:
                first.append(ears.seconds())
            found[watched].append(took)
            frames = max(frames, seen)
            sounds.add(song.samples.tobytes())
    await cache.close()
    early, finished = await on_the_page(say)
    return [
        row("watched and heard early", found[True], unit="s", peer=found[False], peer_name="alone", most_ratio=1.15),
        row("a second of song takes", [each / model.seconds[0] for each in found[False]], unit="s", most=2),
        row("from the start until its beginning can be heard", first, unit="s"),
        row("from pressing Create to the first sound on the page", early, unit="s",
            peer=finished, peer_name="the finished song", most_ratio=1),
        row("same samples in both (1 is yes)", [float(len(sounds) == 1)], least=1),
        row("frames that the watcher got", [float(frames)]),
        note(f"{model.title}, {model.seconds[0]:g} s, {model.steps} steps, {ROUNDS} rounds."),
    ]  # fmt: skip


class Ears(threading.Thread):
    """Waits beside the worker, as a page does, for the word that a piece of the song can be fetched."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.began, self.heard = time.perf_counter(), 0.0
        self.news = cache.waiting_redis().pubsub()
        self.news.psubscribe(bus.generation_topic("*"))  # type: ignore[arg-type]
        self.start()

    def run(self) -> None:
        while not self.heard:
            message = self.news.get_message(timeout=60)
            if message and message["type"] == "pmessage" and b"generation.heard" in message["data"]:
                self.heard = time.perf_counter()

    def seconds(self) -> float:
        self.join(60)
        self.news.close()
        return self.heard - self.began

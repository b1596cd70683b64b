"""The engine on the starter: a seed is a picture, whatever happens beside it, before it, or while somebody looks."""

from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline
from PIL import Image

from app import cache
from app.workers.engine import Canceled, Progress
from app.workers.qwen_image import QwenImage
from app.workers.tasks import Bench

ASKED: dict[str, Any] = {
    "prompt": "a city at night under a white moon", "negative_prompt": "", "width": 128, "height": 128,
    "num_inference_steps": 6, "true_cfg_scale": 3.0, "seed": 41, "num_images_per_prompt": 1,
}  # fmt: skip


def nobody_looks(progress: Progress) -> None:
    pass


def made(engine: QwenImage, **params: Any) -> list[Image.Image]:
    return [picture.image for picture in engine.run(ASKED | params, nobody_looks)]


def difference(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max())


def test_the_same_seed_is_the_same_picture(engine: QwenImage):
    [first], [again], [other] = made(engine), made(engine), made(engine, seed=42)

    assert first.tobytes() == again.tobytes()
    assert first.size == (128, 128) and first.mode == "RGB"
    assert difference(first, other) > 50


def test_a_picture_does_not_depend_on_what_it_was_made_beside(engine: QwenImage, record_property: Any):
    pair = made(engine, num_images_per_prompt=2)
    alone = [made(engine, seed=41)[0], made(engine, seed=42)[0]]

    differences = [difference(one, other) for one, other in zip(pair, alone, strict=True)]
    record_property("greatest_difference_in_a_channel", differences)
    print(f"greatest difference in a channel of 255: {differences}")
    # The same noise and the same steps; a wider matrix product may round its last bit differently.
    assert max(differences) <= 2


def test_the_seeds_of_several_pictures_count_up_from_the_first(engine: QwenImage):
    assert [picture.seed for picture in engine.run(ASKED | {"num_images_per_prompt": 2}, nobody_looks)] == [41, 42]


def test_cancel_ends_it_within_a_step_and_leaves_no_trace(engine: QwenImage):
    [fresh] = made(engine)
    steps: list[int] = []

    def cancel_in_the_third(progress: Progress) -> None:
        steps.append(progress.step)
        if progress.step == 3:
            raise Canceled

    with pytest.raises(Canceled):
        engine.run(ASKED | {"seed": 99}, cancel_in_the_third)

    assert steps == [1, 2, 3]
    assert made(engine)[0].tobytes() == fresh.tobytes()


def test_who_looks_changes_nothing(engine: QwenImage):
    """The bytes of a bare call to diffusers, made by the studio's engine with every preview drawn."""
    pipe = DiffusionPipeline.from_pretrained(engine.name, dtype=torch.float32, **engine._processor())
    pipe.set_progress_bar_config(disable=True)
    bare = pipe(
        prompt=ASKED["prompt"], negative_prompt=" ", height=128, width=128, num_inference_steps=6, true_cfg_scale=3.0,
        generator=torch.Generator("cpu").manual_seed(41),
    ).images[0]  # fmt: skip
    drawn: list[Image.Image] = []

    def look(progress: Progress) -> None:
        drawn.extend(progress.peek()())

    [picture] = engine.run(ASKED, look)

    assert picture.image.tobytes() == bare.convert("RGB").tobytes()
    assert len(drawn) == 6


async def test_one_model_makes_room_for_another_and_comes_back_as_it_was(engine: QwenImage, clean: None):
    [fresh] = made(engine)
    other = QwenImage(engine.name, engine.choice, engine.cache_dir)
    bench = Bench("here", {"one": engine, "other": other}, cache.redis())
    bench.loaded = "one"

    await bench.engine("other")
    assert not hasattr(engine, "pipe")
    assert made(other)[0].tobytes() == fresh.tobytes()

    await bench.engine("one")
    assert not hasattr(other, "pipe")
    assert made(engine)[0].tobytes() == fresh.tobytes()


def test_previews_come_nearer_to_the_picture_with_every_look(engine: QwenImage):
    drawn: list[Image.Image] = []

    def look(progress: Progress) -> None:
        drawn.extend(progress.peek()())

    [picture] = engine.run(ASKED | {"num_inference_steps": 12}, look)

    small = np.asarray(picture.image.resize(drawn[0].size, Image.Resampling.LANCZOS), np.float32)
    distances = [float(np.abs(np.asarray(preview, np.float32) - small).mean()) for preview in drawn]
    print(f"mean distance of each preview from the picture: {[round(distance) for distance in distances]}")
    assert max(distances[6:]) < min(distances[:3])

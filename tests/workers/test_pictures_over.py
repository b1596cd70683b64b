"""Pictures from pictures, through the engine: near or far as asked, and outside of a mask not one pixel is touched."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app import cache, catalog, settings
from app.domain import credits, generation, uploads
from app.workers import mask
from app.workers.engine import Progress
from app.workers.hardware import choose
from app.workers.qwen_image import QwenImage
from app.workers.tasks import SOURCE_GONE, Bench, finish
from tests.people import Person, asked, claimed
from tests.routes.scene import uploaded
from tests.workers import tiny_qwen_image
from tests.workers.test_engine import ASKED, difference, made, nobody_looks

NIGHT = "a red boat on the sea at night"


def noise(size: int = 256) -> Image.Image:
    return Image.fromarray(np.random.default_rng(3).integers(0, 255, (size, size, 3), np.uint8))


def distance(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).mean())


def test_the_further_it_may_go_the_less_is_left_of_its_source(engine: QwenImage):
    [source] = made(engine, prompt="a red boat on the sea by day")
    over = {"prompt": NIGHT, "task_type": "image2image", "image": [source.resize((256, 256))], "seed": 5}

    found = [distance(source, made(engine, **over, strength=strength)[0]) for strength in (0.2, 0.6, 0.9)]

    assert found == sorted(found) and found[0] < 20 < found[2], found


def test_all_the_way_it_is_the_picture_of_its_words_alone(engine: QwenImage):
    [alone], [over] = made(engine), made(engine, task_type="image2image", image=[noise()], strength=1.0)

    assert difference(alone, over) <= 2


def test_several_pictures_of_one_source_differ_and_each_is_that_of_its_seed(engine: QwenImage):
    over: dict[str, Any] = {"task_type": "image2image", "image": [noise()], "strength": 0.8}

    one, two = made(engine, **over, num_images_per_prompt=2)

    assert difference(one, two) > 20
    assert difference(two, made(engine, **over, seed=ASKED["seed"] + 1)[0]) <= 2


def test_what_lies_outside_of_the_mask_is_the_sources_to_the_last_bit(engine: QwenImage):
    source = noise()
    params = ASKED | {"prompt": NIGHT, "task_type": "inpaint", "image": [source], "strength": 1.0, "mask_right": 50}
    params |= {"mask_left": 0, "mask_top": 0, "mask_bottom": 100}
    params["mask_image"] = mask.draw(params, source.size)

    [picture] = engine.run(params, nobody_looks)
    kept, _ = finish(picture, catalog.get("").id, params)

    changed = np.abs(np.asarray(kept.image, np.int16) - np.asarray(source, np.int16)).max(axis=2)
    assert kept.image.size == (256, 256)
    assert changed[:, 128:].max() == 0
    assert (changed[:, :110] > 0).mean() > 0.9


def test_strokes_edges_and_a_picture_of_its_own_are_one_mask():
    given = Image.new("L", (100, 50))
    given.paste(255, (90, 0, 100, 50))
    params = {"mask": [[100, 500, 500, 700, 500]], "mask_left": 0, "mask_top": 0, "mask_right": 10, "mask_bottom": 100}

    drawn = np.asarray(mask.draw(params, (100, 50), given))

    assert (drawn[25] > 0).tolist() == [x < 10 or 45 <= x <= 75 or x >= 90 for x in range(100)]
    assert (drawn[0] > 0).sum() == 20


def test_an_edit_takes_several_references_and_forms_like_any_picture(engine: QwenImage):
    seen: list[Any] = []
    params = ASKED | {"prompt": "make it night", "task_type": "edit", "image": [noise(64), noise(96)]}

    [picture] = engine.run(params, lambda progress: seen.extend(progress.peek()()))
    [plain] = made(engine, prompt="make it night")

    assert len(seen) == ASKED["num_inference_steps"]
    assert difference(picture.image, plain) > 5, "the references were not looked at"


def test_the_first_generation_paints_over_as_well(tmp_path: Path):
    engine = QwenImage(str(tiny_qwen_image.save(tmp_path / "model")), choose(settings.Settings(device="cpu")), tmp_path)
    engine.learns_previews = False
    engine.setup()
    steps: list[Progress] = []
    over = {"task_type": "inpaint", "image": [noise(64)], "mask_image": Image.new("L", (64, 64), 255)}

    engine.run(ASKED | over | {"width": 64, "height": 64, "strength": 0.7}, steps.append)

    assert [step.step for step in steps] == list(range(1, ASKED["num_inference_steps"] + 1))


async def test_a_source_that_went_while_it_waited_is_said_and_paid_back(engine: QwenImage, alice: Person):
    upload = await uploaded(alice.me)
    before = await credits.balance(alice.me)
    row = await asked(alice.me, image=f"upload:{upload}")
    await uploads.delete(upload, alice.me)
    bench = Bench("here", {engine.name: engine}, cache.redis())
    bench.loaded = engine.name

    await bench.make(await claimed())

    row = await generation.get_own(row.id, alice.me)
    assert (row.status, row.error) == ("failed", SOURCE_GONE)
    assert await credits.balance(alice.me) == max(before, settings.get().daily_credits)


@pytest.mark.parametrize("made_of", ["nothing", "all"])
def test_a_mask_of_nothing_or_of_all_is_what_it_says(made_of: str):
    source, new = noise(64), Image.new("RGB", (64, 64), "red")
    wanted = {"nothing": source, "all": new}[made_of]

    found = mask.keep_outside(new, source, Image.new("L", (64, 64), 255 if made_of == "all" else 0))

    assert found.tobytes() == wanted.tobytes()

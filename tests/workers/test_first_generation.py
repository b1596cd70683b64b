"""What GPU hosts run, in small: the classes of Qwen/Qwen-Image through the same engine as the starter."""

from pathlib import Path

import pytest

from app import settings
from app.workers.hardware import choose
from app.workers.qwen_image import QwenImage
from tests.workers import tiny_qwen_image

ASKED = {
    "prompt": "a red fox", "negative_prompt": "", "width": 64, "height": 96, "num_inference_steps": 3,
    "true_cfg_scale": 2.0, "seed": 5, "num_images_per_prompt": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> QwenImage:
    folder = tiny_qwen_image.save(tmp_path_factory.mktemp("model"))
    engine = QwenImage(str(folder), choose(settings.load()), tmp_path_factory.mktemp("previews"))
    engine.setup()
    return engine


def test_it_makes_every_picture_asked_for_in_the_size_asked_for(engine: QwenImage) -> None:
    pictures = engine.run(ASKED, lambda progress: None)

    assert [picture.image.size for picture in pictures] == [(64, 96), (64, 96)]
    assert [picture.seed for picture in pictures] == [5, 6]


def test_a_model_without_a_preview_map_learns_one_and_keeps_it(engine: QwenImage) -> None:
    seen = []

    engine.run(ASKED, lambda progress: seen.extend(progress.peek()()))

    assert len(seen) == 6
    assert seen[0].size == (16, 24)
    again = QwenImage(engine.name, engine.choice, engine.cache_dir)
    assert again._preview_weights() is not None
    assert len(list(Path(engine.cache_dir).iterdir())) == 1


def test_what_is_let_go_can_be_loaded_again(engine: QwenImage) -> None:
    before = engine.run(ASKED, lambda progress: None)[0].image.tobytes()

    engine.unload()
    engine.setup()

    assert engine.run(ASKED, lambda progress: None)[0].image.tobytes() == before

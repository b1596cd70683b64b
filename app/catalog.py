"""What each model can do, known without loading it: the web process checks and prices with this."""

from functools import cache
from pathlib import Path

import msgspec

from app import settings
from app.errors import N_, Invalid

Size = tuple[int, int]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str
    licence: str
    commercial: bool
    "Whether its licence lets the pictures be sold for credits."
    sizes: list[Size]
    steps: int
    max_steps: int
    true_cfg_scale: float
    max_pictures: int = 4
    note: str = ""
    example_prompts: dict[str, list[str]] = {}

    def work(self, size: Size, steps: int, pictures: int) -> int:
        return size[0] * size[1] * steps * pictures


# Sizes and defaults as the models' own cards give them.
QWEN_SIZES: list[Size] = [
    (1328, 1328), (1664, 928), (928, 1664), (1472, 1104), (1104, 1472), (1584, 1056), (1056, 1584),
]  # fmt: skip
PROMPTS = {
    "en": ["a paper lantern market by the sea at dusk", "a glass teapot on a mosaic table, morning light"],
    "ar": ["سوق فوانيس ورقية على شاطئ البحر عند الغروب", "إبريق شاي زجاجي على طاولة فسيفساء في ضوء الصباح"],
}
HUB = [
    Model(
        id="Qwen/Qwen-Image", title="Qwen-Image", licence="Apache-2.0", commercial=True,
        sizes=QWEN_SIZES, steps=50, max_steps=100, true_cfg_scale=4.0, example_prompts=PROMPTS,
    ),
    Model(
        id="Qwen/Qwen-Image-2512", title="Qwen-Image 2512", licence="Apache-2.0", commercial=True,
        sizes=QWEN_SIZES, steps=50, max_steps=100, true_cfg_scale=4.0, example_prompts=PROMPTS,
    ),
    Model(
        id="Qwen/Qwen-Image-2.1", title="Qwen-Image 2.1", licence="Qwen Research License (not for sale)",
        commercial=False, sizes=[(1024, 1024), (1328, 1328), (1664, 928), (928, 1664)],
        steps=40, max_steps=80, true_cfg_scale=1.0, example_prompts=PROMPTS,
    ),
]  # fmt: skip


@cache
def models() -> dict[str, Model]:
    """The models on offer, by id, in the order of IMAGE_MODEL."""
    names = [name.strip() for name in settings.get().image_model.split(",") if name.strip()]
    offered = [describe(name) for name in names]
    return {model.id: model for model in offered}


def describe(name: str) -> Model:
    """A folder describes itself in studio.json; hub models are described above."""
    for model in HUB:
        if model.id == name:
            return model
    folder = Path(name)
    if not (folder / "model_index.json").exists():
        raise SystemExit(
            f"A setting is wrong: IMAGE_MODEL names {name!r}, which is neither a folder with a model_index.json "
            f"nor one of {', '.join(model.id for model in HUB)}. See docs/operations.md."
        )
    if (folder / "studio.json").exists():
        known = msgspec.json.decode((folder / "studio.json").read_bytes())
        return msgspec.convert({"id": name, **known}, Model)
    template = HUB[2] if "Image21" in (folder / "model_index.json").read_text() else HUB[0]
    return msgspec.structs.replace(template, id=name, title=folder.name, licence="see the model's folder")


def get(model_id: str) -> Model:
    if not model_id and models():
        return next(iter(models().values()))
    try:
        return models()[model_id]
    except KeyError:
        raise Invalid(N_("This studio does not have that model."), field="model") from None

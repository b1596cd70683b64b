"""What each model can do, known without loading it: the web process checks and prices with this."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app import settings
from app.errors import N_, Invalid

T = TypeVar("T")
Size = tuple[int, int]
PIXELS_A_SECOND = 8192
"A step of a second of sound takes about as long as one of so many pixels: one line, and one price, for both kinds."


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """Makes pictures."""

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
    tasks: tuple[str, ...] = ("text2image",)
    "What it can do, the usual first: text2image, image2image, inpaint, edit (by instruction)."
    references: int = 1
    "How many pictures an edit may start from."
    enlarge: int = 1
    "How many times a finished picture is enlarged, for models that draw small."
    note: dict[str, str] = {}
    "What people should know before they ask, in their languages."
    example_prompts: dict[str, list[str]] = {}

    kind: str = "image"

    def work(self, size: Size, steps: int, pictures: int) -> int:
        return size[0] * size[1] * steps * pictures

    def work_of(self, params: Any) -> int:
        return self.work((params.width, params.height), params.num_inference_steps, params.num_images_per_prompt)


class SongModel(msgspec.Struct, frozen=True, kw_only=True):
    """Makes songs. What one cannot do (sing, keep to a key) is not offered."""

    id: str
    title: str
    licence: str
    commercial: bool
    seconds: list[float]
    "The lengths it makes, the usual one first."
    steps: int
    max_steps: int
    guidance_scale: float
    shift: float = 3.0
    sings: bool = True
    "Whether lyrics are heard; a model that cannot sing is not asked for them."
    languages: tuple[str, ...] = ("en", "ar")
    keys: tuple[str, ...] = ()
    bpm: tuple[int, int] = (30, 300)
    meters: tuple[str, ...] = ("2", "3", "4", "6")
    tasks: tuple[str, ...] = ("text2music",)
    "What it can do: text2music, cover, repaint, extend."
    hears: bool = False
    "Trained to hear a sound beside the noise, as ACE-Step is. One that was not is led by the sound's own latents."
    timbre: bool = False
    "Takes a second sound for how it should sound."
    rough: bool = False
    "Not yet music: the page says so before anybody asks."
    note: dict[str, str] = {}
    example_prompts: dict[str, list[str]] = {}
    kind: str = "song"

    def work(self, seconds: float, steps: int) -> int:
        return round(seconds * PIXELS_A_SECOND) * steps

    def work_of(self, params: Any) -> int:
        return self.work(params.audio_duration, params.num_inference_steps)


# Sizes and defaults as the models' own cards give them.
QWEN_SIZES: list[Size] = [
    (1328, 1328), (1664, 928), (928, 1664), (1472, 1104), (1104, 1472), (1584, 1056), (1056, 1584),
]  # fmt: skip
PROMPTS = {
    "en": ["a paper lantern market by the sea at dusk", "a glass teapot on a mosaic table, morning light"],
    "ar": ["سوق فوانيس ورقية على شاطئ البحر عند الغروب", "إبريق شاي زجاجي على طاولة فسيفساء في ضوء الصباح"],
}
OVER = ("text2image", "image2image", "inpaint")
HUB = [
    Model(
        id="Qwen/Qwen-Image", title="Qwen-Image", licence="Apache-2.0", commercial=True,
        sizes=QWEN_SIZES, steps=50, max_steps=100, true_cfg_scale=4.0, tasks=OVER, example_prompts=PROMPTS,
    ),
    Model(
        id="Qwen/Qwen-Image-2512", title="Qwen-Image 2512", licence="Apache-2.0", commercial=True,
        sizes=QWEN_SIZES, steps=50, max_steps=100, true_cfg_scale=4.0, tasks=OVER, example_prompts=PROMPTS,
    ),
    Model(
        id="Qwen/Qwen-Image-2.1", title="Qwen-Image 2.1", licence="Qwen Research License (not for sale)",
        commercial=False, sizes=[(1024, 1024), (1328, 1328), (1664, 928), (928, 1664)],
        steps=40, max_steps=80, true_cfg_scale=1.0, tasks=(*OVER, "edit"), references=3, example_prompts=PROMPTS,
    ),
    Model(
        id="Qwen/Qwen-Image-Edit-2509", title="Qwen-Image Edit 2509", licence="Apache-2.0", commercial=True,
        sizes=QWEN_SIZES, steps=40, max_steps=80, true_cfg_scale=4.0, tasks=("edit",), references=3,
    ),
]  # fmt: skip


STARTER = "starters/song"
UNKNOWN_LICENCE: dict[str, Any] = {"licence": "see the model's folder", "commercial": False}
KEYS = tuple(f"{note} {mode}" for mode in ("major", "minor") for note in ("C", "D", "E", "F", "G", "A", "B"))
SONG_PROMPTS = {
    "en": ["a warm lo-fi beat with piano and rain", "an oud and a slow hand drum at dusk"],
    "ar": ["إيقاع هادئ مع بيانو وصوت المطر", "عود وطبل يدوي بطيء عند الغروب"],
}
SONG_LANGUAGES = ("en", "ar", "zh", "es", "fr", "de", "it", "ja", "ko", "pt", "ru", "tr")
SONG_HUB = [
    SongModel(
        id="ACE-Step/acestep-v15-xl-turbo-diffusers", title="ACE-Step 1.5 XL turbo", licence="MIT", commercial=True,
        seconds=[60, 30, 90, 120, 180, 240], steps=8, max_steps=20, guidance_scale=1.0,
        tasks=("text2music", "cover", "repaint", "extend"), hears=True, timbre=True,
        languages=SONG_LANGUAGES, keys=KEYS, example_prompts=SONG_PROMPTS,
    ),
]  # fmt: skip


@cache
def models() -> dict[str, Model]:
    """The models that make pictures, by id, in the order of IMAGE_MODEL."""
    named = [describe(name) for name in _names(settings.get().image_model)]
    offered = {model.id: model for model in named if may_be_sold(model)}
    if named and not offered:
        raise SystemExit(
            "A setting is wrong: credits are sold here, and the licence of every model in IMAGE_MODEL forbids that. "
            "LICENSED_MODELS states that you hold another. See docs/operations.md."
        )
    return offered


def may_be_sold(model: "Model | SongModel") -> bool:
    """Off where credits are sold, if its licence forbids that and the operator does not state to hold another."""
    chosen = settings.get()
    return not chosen.sells or model.commercial or model.id in _names(chosen.licensed_models)


def withheld() -> list["Model | SongModel"]:
    """Named in the settings and not offered, for the doctor."""
    chosen = settings.get()
    songs = [name for name in _names(chosen.song_model) if name != "none" and (name != STARTER or Path(name).exists())]
    named = list[Model | SongModel](map(describe, _names(chosen.image_model)))
    named.extend(map(describe_song, songs))
    return [model for model in named if not may_be_sold(model)]


@cache
def songs() -> dict[str, SongModel]:
    """The models that make songs, by id, in the order of SONG_MODEL; `none` means that there are none."""
    names = [name for name in _names(settings.get().song_model) if name != "none"]
    if names == [STARTER] and not Path(STARTER).exists():
        return {}
    return {model.id: model for model in map(describe_song, names) if may_be_sold(model)}


def _names(setting: str) -> list[str]:
    return [name.strip() for name in setting.split(",") if name.strip()]


def describe(name: str) -> Model:
    """A folder describes itself in studio.json; hub models are described above."""
    for model in HUB:
        if model.id == name:
            return model
    folder = _folder("IMAGE_MODEL", name, HUB)
    if known := _described(folder):
        return msgspec.convert({"id": name, **known}, Model)
    family = (folder / "model_index.json").read_text()
    template = HUB[2] if "Image21" in family else HUB[3] if "EditPlus" in family else HUB[0]
    return msgspec.structs.replace(template, id=name, title=folder.name, **UNKNOWN_LICENCE)


def describe_song(name: str) -> SongModel:
    for model in SONG_HUB:
        if model.id == name:
            return model
    folder = _folder("SONG_MODEL", name, SONG_HUB)
    if known := _described(folder):
        return msgspec.convert({"id": name, **known}, SongModel)
    return msgspec.structs.replace(SONG_HUB[0], id=name, title=folder.name, **UNKNOWN_LICENCE)


def _folder(setting: str, name: str, hub: Sequence[Model | SongModel]) -> Path:
    folder = Path(name)
    if not (folder / "model_index.json").exists():
        raise SystemExit(
            f"A setting is wrong: {setting} names {name!r}, which is neither a folder with a model_index.json "
            f"nor one of {', '.join(model.id for model in hub)}. See docs/operations.md."
        )
    return folder


def _described(folder: Path) -> dict[str, Any]:
    path = folder / "studio.json"
    return msgspec.json.decode(path.read_bytes()) if path.exists() else {}


def get(model_id: str) -> Model:
    return _one_of(models(), model_id)


def song(model_id: str) -> SongModel:
    return _one_of(songs(), model_id)


def _one_of(offered: dict[str, T], model_id: str) -> T:
    """The named one, or the first."""
    if not model_id and offered:
        return next(iter(offered.values()))
    try:
        return offered[model_id]
    except KeyError:
        raise Invalid(N_("This studio does not have that model."), field="model") from None


def everything() -> Mapping[str, Model | SongModel]:
    return {**models(), **songs()}

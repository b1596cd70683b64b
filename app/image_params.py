"""What a person asks of a model that makes pictures, by diffusers' own names."""

import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from app import params
from app.catalog import Model, Size
from app.errors import N_, Invalid
from app.params import Sources

MOST_MARKS = 20_000
"Numbers in all strokes together: more than a patient hand paints."
THOUSANDTHS = range(-1000, 2001)
"A brush may go over the edge."
EDGES = ("mask_left", "mask_top", "mask_right", "mask_bottom")
USUAL_STRENGTH = {"image2image": 0.65, "inpaint": 1.0}


class ImageParams(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    prompt: str
    negative_prompt: str
    width: int
    height: int
    num_inference_steps: int
    true_cfg_scale: float
    seed: int
    num_images_per_prompt: int
    task_type: str = "text2image"
    image: list[str] = []
    "What it starts from, each as Source.ref."
    strength: float = 1.0
    "How far from its source it may go."
    mask: list[list[int]] = []
    "Strokes of a brush: its width, then x, y, x, y, in thousandths of the picture's width and height."
    mask_left: int | None = None
    "The edges of a part, in percent of the picture."
    mask_top: int | None = None
    mask_right: int | None = None
    mask_bottom: int | None = None
    mask_image: str = ""
    "An upload as large as the picture: what is light is made anew."


def check(model: Model, asked: dict[str, Any], sources: Sources | None = None) -> ImageParams:
    """Read form or JSON values; whatever is absent takes the model's default. Raises Problems naming each field."""
    found = sources or {}
    checks: dict[str, Callable[[], Any]] = {
        "prompt": lambda: params.text(
            asked.get("prompt"), "prompt", required=N_("Describe what you would like to see.")
        ),
        "negative_prompt": lambda: params.text(asked.get("negative_prompt"), "negative_prompt"),
        "size": lambda: _size(model, asked, found),
        "num_inference_steps": lambda: params.number(
            asked.get("num_inference_steps"), "num_inference_steps", model.steps, 1, model.max_steps
        ),
        "true_cfg_scale": lambda: params.scale(asked.get("true_cfg_scale"), "true_cfg_scale", model.true_cfg_scale),
        "seed": lambda: params.number(asked.get("seed"), "seed", None, 0, params.SEEDS - 1),
        "num_images_per_prompt": lambda: params.number(
            asked.get("num_images_per_prompt"), "num_images_per_prompt", 1, 1, model.max_pictures
        ),
        "task_type": lambda: params.task_of(asked, "image", model.tasks, "text2image"),
    }
    values = params.read(checks | _of_source(model, asked, found))
    width, height = values.pop("size")
    values |= values.pop("edges", {})
    if values["task_type"] == "inpaint" and not any(values.get(name) for name in ("mask", "mask_image", "mask_right")):
        raise params.Problems({"mask": Invalid(N_("Paint over what is to change, or say where its edges are."))})
    # The seed is drawn here and stored, so that every later attempt makes the same picture.
    if values["seed"] is None:
        values["seed"] = secrets.randbelow(params.SEEDS)
    return ImageParams(width=width, height=height, **values)


def _of_source(model: Model, asked: dict[str, Any], sources: Sources) -> dict[str, Callable[[], Any]]:
    """What is read beside, as far as the task asks for it."""
    task = params.task_if_any(asked, "image", model.tasks, "text2image")
    checks: dict[str, Callable[[], Any]] = {}
    if task in {"image2image", "inpaint", "edit"}:
        checks["image"] = lambda: _images(asked, model.references if task == "edit" else 1)
    if task in USUAL_STRENGTH:
        checks["strength"] = lambda: params.scale(asked.get("strength"), "strength", USUAL_STRENGTH[task], 0.05, 1)
    if task == "inpaint":
        checks["mask"] = lambda: _strokes(asked.get("mask"))
        checks["edges"] = lambda: _edges(asked)
        checks["mask_image"] = lambda: _mask_image(asked, sources)
    return checks


def _images(asked: dict[str, Any], most: int) -> list[str]:
    wanted = params.refs(asked.get("image"))
    if len(wanted) > most:
        raise Invalid(N_("At most {limit} fit here; you chose {count}."), field="image", limit=most, count=len(wanted))
    return wanted


def _strokes(value: Any) -> list[list[int]]:
    unread = Invalid(N_("We could not read what you painted. Please paint it again."), field="mask")
    try:
        strokes = msgspec.json.decode(value or "[]") if isinstance(value, str | None) else value
        found = msgspec.convert(strokes, list[list[int]])
    except msgspec.MsgspecError:
        raise unread from None
    if sum(map(len, found)) > MOST_MARKS:
        raise Invalid(N_("That is more paint than we can keep. Use a wider brush."), field="mask")
    if [] in found:
        raise unread
    for width, *points in found:
        if not 1 <= width <= 1000 or not points or len(points) % 2 or any(each not in THOUSANDTHS for each in points):
            raise unread
    return found


def _edges(asked: dict[str, Any]) -> dict[str, int]:
    """All four or none, in their order, in percent."""
    left, top, right, bottom = (params.number(asked.get(edge), edge, None, 0, 100) for edge in EDGES)
    if left is top is right is bottom is None:
        return {}
    left, top, right, bottom = left or 0, top or 0, 100 if right is None else right, 100 if bottom is None else bottom
    if left >= right or top >= bottom:
        field = "mask_right" if left >= right else "mask_bottom"
        raise Invalid(N_("From {low} % to {high} % there is nothing: a part ends after it begins."), field=field,
                      low=max(left if left >= right else top, 0), high=right if left >= right else bottom)  # fmt: skip
    return dict(zip(EDGES, (left, top, right, bottom), strict=True))


def _mask_image(asked: dict[str, Any], sources: Sources) -> str:
    """Of the very size of the picture: otherwise nobody could say what is under it."""
    ref = next(iter(params.refs(asked.get("mask_image"))), "")
    mask, picture = sources.get(ref), sources.get(next(iter(params.refs(asked.get("image"))), ""))
    if mask and picture and (mask.width, mask.height) != (picture.width, picture.height):
        raise Invalid(
            N_("A mask must be as large as its picture: {width} × {height}, and not {other_width} × {other_height}."),
            field="mask_image", width=picture.width, height=picture.height,
            other_width=mask.width, other_height=mask.height,
        )  # fmt: skip
    return ref


def _size(model: Model, asked: dict[str, Any], sources: Sources) -> Size:
    text = asked.get("size")
    if text is None and (asked.get("width") or asked.get("height")):
        text = f"{asked.get('width')}x{asked.get('height')}"
    if text in (None, ""):
        return nearest(model, sources.get(next(iter(params.refs(asked.get("image"))), "")))
    for width, height in model.sizes:
        if text == f"{width}x{height}":
            return width, height
    sizes = ", ".join(f"{width}x{height}" for width, height in model.sizes)
    raise Invalid(N_("This model makes these sizes: {sizes}."), field="size", sizes=sizes)


def nearest(model: Model, source: params.Source | None) -> Size:
    """The usual size, or the one that a source loses least in."""
    if source is None or not source.width or not source.height:
        return model.sizes[0]
    shape = source.width / source.height
    return min(model.sizes, key=lambda size: max(shape * size[1] / size[0], size[0] / size[1] / shape))

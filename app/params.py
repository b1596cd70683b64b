"""What a person asks of a model, by diffusers' own names, checked before any credit moves."""

import secrets
from typing import Any

import msgspec

from app import catalog
from app.errors import N_, DomainError, Invalid

PROMPT_LENGTH = 2000
SEEDS = 2**32


class ImageParams(msgspec.Struct, frozen=True, kw_only=True):
    prompt: str
    negative_prompt: str
    width: int
    height: int
    num_inference_steps: int
    true_cfg_scale: float
    seed: int
    num_images_per_prompt: int


class Problems(Invalid):
    "Every field that is wrong, each with its own sentence."

    def __init__(self, errors: dict[str, DomainError]) -> None:
        super().__init__(N_("Some things need another look."))
        self.errors = errors


def check(model: catalog.Model, asked: dict[str, Any]) -> ImageParams:
    """Read form or JSON values; whatever is absent takes the model's default. Raises Problems naming each field."""
    checks = {
        "prompt": lambda: _text(asked.get("prompt"), "prompt", required=True),
        "negative_prompt": lambda: _text(asked.get("negative_prompt"), "negative_prompt"),
        "size": lambda: _size(model, asked),
        "num_inference_steps": lambda: _number(
            asked.get("num_inference_steps"), "num_inference_steps", model.steps, 1, model.max_steps
        ),
        "true_cfg_scale": lambda: _scale(asked.get("true_cfg_scale"), model.true_cfg_scale),
        "seed": lambda: _number(asked.get("seed"), "seed", None, 0, SEEDS - 1),
        "num_images_per_prompt": lambda: _number(
            asked.get("num_images_per_prompt"), "num_images_per_prompt", 1, 1, model.max_pictures
        ),
    }
    values: dict[str, Any] = {}
    errors: dict[str, DomainError] = {}
    for field, read in checks.items():
        try:
            values[field] = read()
        except Invalid as error:
            errors[field] = error
    if errors:
        raise Problems(errors)
    width, height = values.pop("size")
    seed = values.pop("seed")
    # The seed is drawn here and stored, so that every later attempt makes the same picture.
    return ImageParams(width=width, height=height, seed=secrets.randbelow(SEEDS) if seed is None else seed, **values)


def _text(value: Any, field: str, *, required: bool = False) -> str:
    if not isinstance(value, str | None):
        raise Invalid(N_("This must be text."), field=field)
    # PostgreSQL cannot keep a NUL, and nobody meant one.
    text = (value or "").replace("\0", "").replace("\r\n", "\n").strip()
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Invalid(N_("This must be text."), field=field)
    if required and not text:
        raise Invalid(N_("Describe what you would like to see."), field=field)
    if len(text) > PROMPT_LENGTH:
        raise Invalid(
            N_("This is {length} characters long; at most {limit} fit."),
            field=field, length=len(text), limit=PROMPT_LENGTH,
        )  # fmt: skip
    return text


def _size(model: catalog.Model, asked: dict[str, Any]) -> catalog.Size:
    text = asked.get("size")
    if text is None and (asked.get("width") or asked.get("height")):
        text = f"{asked.get('width')}x{asked.get('height')}"
    if text in (None, ""):
        return model.sizes[0]
    for width, height in model.sizes:
        if text == f"{width}x{height}":
            return width, height
    sizes = ", ".join(f"{width}x{height}" for width, height in model.sizes)
    raise Invalid(N_("This model makes these sizes: {sizes}."), field="size", sizes=sizes)


def _number(value: Any, field: str, default: int | None, low: int, high: int) -> Any:
    if value is None or value == "":
        return default
    try:
        if isinstance(value, bool | float) and not float(value).is_integer():
            raise ValueError
        number = int(str(value).strip())  # int() reads Arabic digits too
    except ValueError:
        raise Invalid(N_("This must be a whole number."), field=field) from None
    if not low <= number <= high:
        raise Invalid(N_("This must be between {low} and {high}."), field=field, low=low, high=high)
    return number


def _scale(value: Any, default: float) -> float:
    if value is None or value == "":
        return default
    try:
        scale = float(str(value).strip().replace("٫", "."))
    except ValueError:
        raise Invalid(N_("This must be a number."), field="true_cfg_scale") from None
    if not 1 <= scale <= 20:  # also refuses nan
        raise Invalid(N_("This must be between {low} and {high}."), field="true_cfg_scale", low=1, high=20)
    return scale

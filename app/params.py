"""What a person asks of a model, by diffusers' own names, checked before any credit moves."""

import secrets
from collections.abc import Callable
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


def read(checks: dict[str, Callable[[], Any]]) -> dict[str, Any]:
    """Every field's value, or Problems with every field that is wrong."""
    values: dict[str, Any] = {}
    errors: dict[str, DomainError] = {}
    for field, look in checks.items():
        try:
            values[field] = look()
        except Invalid as error:
            errors[field] = error
    if errors:
        raise Problems(errors)
    return values


def check(model: catalog.Model, asked: dict[str, Any]) -> ImageParams:
    """Read form or JSON values; whatever is absent takes the model's default. Raises Problems naming each field."""
    values = read(
        {
            "prompt": lambda: text(asked.get("prompt"), "prompt", required=N_("Describe what you would like to see.")),
            "negative_prompt": lambda: text(asked.get("negative_prompt"), "negative_prompt"),
            "size": lambda: _size(model, asked),
            "num_inference_steps": lambda: number(
                asked.get("num_inference_steps"), "num_inference_steps", model.steps, 1, model.max_steps
            ),
            "true_cfg_scale": lambda: scale(asked.get("true_cfg_scale"), "true_cfg_scale", model.true_cfg_scale),
            "seed": lambda: number(asked.get("seed"), "seed", None, 0, SEEDS - 1),
            "num_images_per_prompt": lambda: number(
                asked.get("num_images_per_prompt"), "num_images_per_prompt", 1, 1, model.max_pictures
            ),
        }
    )
    width, height = values.pop("size")
    seed = values.pop("seed")
    # The seed is drawn here and stored, so that every later attempt makes the same picture.
    return ImageParams(width=width, height=height, seed=secrets.randbelow(SEEDS) if seed is None else seed, **values)


def text(value: Any, field: str, *, required: str = "", limit: int = PROMPT_LENGTH) -> str:
    """`required` is the sentence for who wrote nothing."""
    if not isinstance(value, str | None):
        raise Invalid(N_("This must be text."), field=field)
    # PostgreSQL cannot keep a NUL, and nobody meant one.
    written = (value or "").replace("\0", "").replace("\r\n", "\n").strip()
    if any("\ud800" <= character <= "\udfff" for character in written):
        raise Invalid(N_("This must be text."), field=field)
    if required and not written:
        raise Invalid(required, field=field)
    if len(written) > limit:
        raise Invalid(
            N_("This is {length} characters long; at most {limit} fit."),
            field=field, length=len(written), limit=limit,
        )  # fmt: skip
    return written


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


def number(value: Any, field: str, default: int | None, low: int, high: int) -> Any:
    if value is None or value == "":
        return default
    try:
        if isinstance(value, bool | float) and not float(value).is_integer():
            raise ValueError
        found = int(str(value).strip())  # int() reads Arabic digits too
    except ValueError:
        raise Invalid(N_("This must be a whole number."), field=field) from None
    if not low <= found <= high:
        raise Invalid(N_("This must be between {low} and {high}."), field=field, low=low, high=high)
    return found


def scale(value: Any, field: str, default: float) -> float:
    if value is None or value == "":
        return default
    try:
        found = float(str(value).strip().replace("٫", "."))
    except ValueError:
        raise Invalid(N_("This must be a number."), field=field) from None
    if not 1 <= found <= 20:  # also refuses nan
        raise Invalid(N_("This must be between {low} and {high}."), field=field, low=1, high=20)
    return found

"""What a person asks of a song model, by diffusers' own names."""

import secrets
from typing import Any

import msgspec

from app import params, song_source
from app.catalog import SongModel
from app.errors import N_, Invalid
from app.params import Sources

LYRICS_LENGTH = 5000


class SongParams(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    prompt: str
    lyrics: str
    vocal_language: str
    audio_duration: float
    bpm: int | None
    keyscale: str
    timesignature: str
    num_inference_steps: int
    guidance_scale: float
    seed: int
    task_type: str = "text2music"
    src_audio: str = ""
    "What it is made from, as Source.ref."
    reference_audio: str = ""
    "How it should sound, as Source.ref."
    audio_cover_strength: float = 1.0
    "How near a cover stays to its source."
    repainting_start: float = 0.0
    "The part that is made anew, in seconds."
    repainting_end: float = 0.0


def check(model: SongModel, asked: dict[str, Any], sources: Sources | None = None) -> SongParams:
    """Read form or JSON values; whatever is absent takes the model's default. Raises Problems naming each field."""
    low, high = model.bpm
    # What is made from a sound is as long as that: song_source sets it.
    same = params.task_if_any(asked, "src_audio", model.tasks, "text2music") in {"cover", "repaint"}
    values = params.read(
        {
            "prompt": lambda: params.text(asked.get("prompt"), "prompt", required=N_("Describe how it should sound.")),
            "lyrics": lambda: params.text(asked.get("lyrics"), "lyrics", limit=LYRICS_LENGTH) if model.sings else "",
            "vocal_language": lambda: params.one_of(asked, "vocal_language", model.languages, model.languages[0]),
            "audio_duration": lambda: _seconds(model, None if same else asked.get("audio_duration")),
            "bpm": lambda: params.number(asked.get("bpm"), "bpm", None, low, high),
            "keyscale": lambda: params.one_of(asked, "keyscale", model.keys, ""),
            "timesignature": lambda: params.one_of(asked, "timesignature", model.meters, ""),
            "num_inference_steps": lambda: params.number(
                asked.get("num_inference_steps"), "num_inference_steps", model.steps, 1, model.max_steps
            ),
            "guidance_scale": lambda: params.scale(asked.get("guidance_scale"), "guidance_scale", model.guidance_scale),
            "seed": lambda: params.number(asked.get("seed"), "seed", None, 0, params.SEEDS - 1),
            "task_type": lambda: params.task_of(asked, "src_audio", model.tasks, "text2music"),
        }
    )
    if values["seed"] is None:
        values["seed"] = secrets.randbelow(params.SEEDS)
    return SongParams(**(values | song_source.read(model, values, asked, sources or {})))


def _seconds(model: SongModel, value: Any) -> float:
    """One of the offered lengths: others would cost a guess and give a song that ends in the middle."""
    if value in (None, ""):
        return model.seconds[0]
    for seconds in model.seconds:
        if str(value) in {str(seconds), f"{seconds:g}"}:
            return seconds
    lengths = ", ".join(f"{seconds:g}" for seconds in model.seconds)
    raise Invalid(N_("This model makes these lengths, in seconds: {lengths}."), field="audio_duration", lengths=lengths)

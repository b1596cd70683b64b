"""What is said of the sound that a song is made from: how near to stay, which part to make anew, how to sound."""

from typing import Any

from app import params
from app.catalog import SongModel
from app.errors import N_, Invalid
from app.params import Source, Sources

USUAL_COVER = 0.4
SHORTEST, SHORTEST_PART = 1, 0.5  # seconds
LENGTH = N_("This song is {seconds} seconds long. Choose a part of at least {least} seconds within it.")


def read(model: SongModel, values: dict[str, Any], asked: dict[str, Any], sources: Sources) -> dict[str, Any]:
    """What replaces and completes the values that every song has."""
    task = values["task_type"]
    reference = next(iter(params.refs(asked.get("reference_audio"))), "") if model.timbre else ""
    found: dict[str, Any] = {"reference_audio": reference}
    if task == "text2music":
        return found
    source = _one(asked, sources)
    seconds = min(source.seconds, max(model.seconds))
    found |= {"src_audio": source.ref}
    if task == "extend":
        return found | _longer(seconds, values["audio_duration"])
    # As long as what it is made from, or as the model makes at most.
    found |= {"audio_duration": round(seconds, 3)}
    if task == "repaint":
        return found | _part(seconds, asked)
    return found | params.read(
        {
            "audio_cover_strength": lambda: params.scale(
                asked.get("audio_cover_strength"), "audio_cover_strength", USUAL_COVER, 0, 1
            )
        }
    )


def _one(asked: dict[str, Any], sources: Sources) -> Source:
    refs = params.refs(asked.get("src_audio"))
    if len(refs) != 1 or refs[0] not in sources:
        raise Invalid(N_("Choose what to start from."), field="src_audio")
    source = sources[refs[0]]
    if source.seconds < SHORTEST:
        raise Invalid(N_("It must be at least {least} seconds long."), field="src_audio", least=SHORTEST)
    return source


def _longer(seconds: float, wanted: float) -> dict[str, float]:
    if wanted < seconds + SHORTEST_PART:
        raise params.Problems({"audio_duration": Invalid(
            N_("It is {seconds} seconds long already. Choose a greater length."), seconds=round(seconds, 1)
        )})  # fmt: skip
    return {"repainting_start": round(seconds, 3), "repainting_end": wanted}


def _part(seconds: float, asked: dict[str, Any]) -> dict[str, float]:
    """Within the song, forwards, and long enough to hear."""
    part = params.read(
        {
            "repainting_start": lambda: _second(asked, "repainting_start", seconds),
            "repainting_end": lambda: _second(asked, "repainting_end", seconds),
        }
    )
    start, end = part["repainting_start"], part["repainting_end"]
    if end - start < SHORTEST_PART:
        sentence = N_("The part ends before it begins.") if end < start else LENGTH
        raise params.Problems(
            {"repainting_end": Invalid(sentence, seconds=round(seconds, 1), least=SHORTEST_PART)}
        )  # fmt: skip
    return part


def _second(asked: dict[str, Any], field: str, seconds: float) -> float:
    value = asked.get(field)
    if value in (None, ""):
        raise Invalid(N_("Say which part is to change."), field=field)
    try:
        # What a page shows is rounded: the end of a song is not beyond it.
        found = params.scale(value, field, 0, 0, seconds + 0.05)
    except Invalid as error:
        if "low" not in error.values:
            raise
        raise Invalid(LENGTH, field=field, seconds=round(seconds, 1), least=SHORTEST_PART) from None
    return round(min(found, seconds), 3)

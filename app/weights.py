"""What is wrong with a model's folder, said before anything is loaded: which file, and what to do. Needs no torch."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

FAMILIES = {"image": "QwenImage", "song": "AceStep"}
WITHOUT_WEIGHTS = ("scheduler", "tokenizer", "processor", "feature_extractor")
AGAIN = "Copy or download the folder again."


def faults(name: str, kind: str) -> list[str]:
    """Sentences for an operator; none for a folder that is whole. What a hub name fetches is whole."""
    folder = Path(name)
    return list(_faults(folder, kind)) if folder.is_dir() else []


def _faults(folder: Path, kind: str) -> Iterator[str]:
    index = folder / "model_index.json"
    try:
        parts = json.loads(index.read_bytes())
        family = parts["_class_name"]
    except FileNotFoundError:
        yield f"{index} is missing. {AGAIN}"
        return
    except (ValueError, KeyError, TypeError):
        yield f"{index} cannot be read as a pipeline's index. {AGAIN}"
        return
    if not family.startswith(FAMILIES[kind]):
        yield f"{index} describes a {family}; the studio runs {FAMILIES[kind]} pipelines here. Name another folder."
        return
    for part, made_by in parts.items():
        if isinstance(made_by, list) and made_by[0]:
            yield from _part(folder / part)
    files = list(folder.rglob("*.safetensors"))
    room = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    if room and (size := sum(file.stat().st_size for file in files)) > room:
        yield f"{folder} holds {size / 1e9:.0f} GB of weights, and this machine has {room / 1e9:.0f} GB of memory."


def _part(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        yield f"{folder} is missing. {AGAIN}"
        return
    if any(word in folder.name for word in WITHOUT_WEIGHTS):
        return
    wanted = {folder / shard for index in folder.glob("*.index.json") for shard in _shards(index)}
    yield from (f"{file} is missing. {AGAIN}" for file in sorted(wanted) if not file.exists())
    found = sorted(folder.glob("*.safetensors"))
    if not found and not wanted and not list(folder.glob("*.bin")):
        yield f"{folder} holds no weights. {AGAIN}"
    yield from (f"{file} is cut off or damaged. {AGAIN}" for file in found if not _whole(file))


def _shards(index: Path) -> set[str]:
    try:
        return set(json.loads(index.read_bytes())["weight_map"].values())
    except (ValueError, KeyError, AttributeError):
        return {index.name + ", as a list of files,"}


def _whole(file: Path) -> bool:
    """The header of a safetensors file says how long the file is."""
    try:
        with file.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            header = json.loads(opened.read(length)) if length < file.stat().st_size else {}
        ends = [tensor["data_offsets"][1] for name, tensor in header.items() if name != "__metadata__"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return bool(ends) and file.stat().st_size == 8 + length + max(ends)

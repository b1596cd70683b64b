"""Where the song's checkpoints live: beside the image's, not among them."""

from __future__ import annotations

from pathlib import Path

from training import common


def home() -> Path:
    folder = common.home() / "song"
    folder.mkdir(exist_ok=True)
    return folder

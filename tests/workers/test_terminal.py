"""`python -m app generate`: a picture from the terminal, with its steps on the way."""

import asyncio
import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from app.models import Creation, Generation
from tests.patience import eventually
from tests.services import run_app
from tests.studio import Studio


@pytest.fixture(scope="module")
def studio(start_studio: Callable[..., Studio]) -> Studio:
    studio = start_studio("web", "worker", OMP_NUM_THREADS="1")
    studio.wait_until_ready()
    return studio


def in_a_terminal(*arguments: str, folder: Path) -> tuple[int, str]:
    """The exit code and everything that was on the screen."""
    ours, theirs = pty.openpty()
    root = Path(__file__).parents[2]
    env = os.environ | {"PYTHONPATH": str(root), "IMAGE_MODEL": str(root / "starters" / "image"), "COLUMNS": "100"}
    process = subprocess.Popen(
        [sys.executable, "-m", "app", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=env
    )
    os.close(theirs)
    screen = bytearray()
    while True:
        try:
            screen += (part := os.read(ours, 4096))
        except OSError:  # how Linux says that the other side is closed
            break
        if not part:
            break
    os.close(ours)
    return process.wait(30), screen.decode()


def test_a_picture_from_the_terminal(studio: Studio, clean: None, tmp_path: Path):
    code, screen = in_a_terminal("generate", "a red fox", "--url", studio.base_url, "--seed", "7", folder=tmp_path)

    assert code == 0, screen
    assert "Forming" in screen
    assert "16/16" in screen, "the bar was drawn to its end"
    assert screen.rstrip().endswith("picture-7.png")
    assert Image.open(io.BytesIO((tmp_path / "picture-7.png").read_bytes())).size == (256, 256)


def test_a_picture_for_a_script(studio: Studio, clean: None, tmp_path: Path):
    """No bar in a log, and the file's name as the only line of output."""
    ended = run_app(
        "generate", "a red fox", "--url", studio.base_url, "--seed", "7", "--steps", "4", "--out", str(tmp_path / "fox")
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == str(tmp_path / "fox")
    assert Image.open(io.BytesIO((tmp_path / "fox").read_bytes())).format == "PNG"


async def test_a_web_process_killed_in_the_middle_costs_a_terminal_nothing(studio: Studio, clean: None, tmp_path: Path):
    fox = str(tmp_path / "fox.png")
    asking = asyncio.create_task(
        asyncio.to_thread(run_app, "generate", "a red fox", "--url", studio.base_url, "--steps", "60", "--out", fox)
    )
    await eventually(lambda: Generation.exists().where(Generation.step > 0))

    studio.kill("web")
    studio.start("web")
    ended = await asking

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == fox
    assert await Creation.count() == 1


def test_what_cannot_be_asked_is_answered_with_a_sentence(studio: Studio, clean: None):
    ended = run_app("generate", " ", "--url", studio.base_url)

    assert ended.returncode != 0
    assert ended.stderr.strip() == "Error: Describe what you would like to see."


def test_a_studio_that_does_not_run_is_told_in_a_sentence(services: object, clean: None):
    ended = run_app("generate", "a red fox", "--url", "http://127.0.0.1:9")

    assert ended.returncode != 0
    assert ended.stderr.strip() == "Error: The studio at http://127.0.0.1:9 does not answer. Is it running?"

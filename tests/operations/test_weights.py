"""A folder of weights that is not whole is told by file, by the doctor and before a worker loads it."""

import json
import shutil
from pathlib import Path

import pytest

from app import doctor, weights
from app.domain import generation
from app.models import Status
from app.workers.tasks import Bench
from tests.people import Person, asked, claimed

STARTER = Path("starters/image")
VAE = "vae/diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "model"
    shutil.copytree(STARTER, copy)
    return copy


@pytest.mark.parametrize(("name", "kind"), [("starters/image", "image"), ("starters/song", "song")])
def test_the_starters_are_whole(name: str, kind: str):
    assert weights.faults(name, kind) == []


def test_a_hub_name_is_nobodys_folder():
    assert weights.faults("Qwen/Qwen-Image", "image") == []


def test_a_file_that_was_cut_off_is_named(folder: Path):
    with (folder / VAE).open("r+b") as file:
        file.truncate(100_000)

    assert weights.faults(str(folder), "image") == [f"{folder / VAE} is cut off or damaged. {weights.AGAIN}"]


def test_a_page_saved_in_place_of_weights_is_named(folder: Path):
    (folder / VAE).write_bytes(b"<!doctype html><title>404</title>" * 50)

    assert "is cut off or damaged" in weights.faults(str(folder), "image")[0]


def test_what_is_missing_is_named(folder: Path):
    shutil.rmtree(folder / "text_encoder")
    (folder / "transformer" / "diffusion_pytorch_model.safetensors").unlink()

    found = " ".join(weights.faults(str(folder), "image"))

    assert f"{folder / 'text_encoder'} is missing" in found and f"{folder / 'transformer'} holds no weights" in found


def test_a_shard_that_is_missing_is_named(folder: Path):
    index = folder / "transformer" / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(
        json.dumps({"weight_map": {"a": "diffusion_pytorch_model.safetensors", "b": "part-2.safetensors"}})
    )

    assert weights.faults(str(folder), "image") == [
        f"{folder / 'transformer' / 'part-2.safetensors'} is missing. {weights.AGAIN}"
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json"])
def test_an_index_that_is_none_is_named(folder: Path, text: str):
    (folder / "model_index.json").write_text(text)

    assert "cannot be read as a pipeline's index" in weights.faults(str(folder), "image")[0]


def test_a_pipeline_of_another_family_is_told_apart():
    assert "the studio runs AceStep pipelines here" in weights.faults("starters/image", "song")[0]


def test_the_doctor_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / VAE).unlink()
    monkeypatch.setattr(doctor.catalog, "everything", lambda: {str(folder): doctor.catalog.describe("starters/image")})

    [found] = list(doctor._models())

    assert not found.ok and str(folder / "vae") in found.sentence


async def test_alice_gets_her_credits_back_at_once_when_the_model_cannot_be_loaded(alice: Person, folder: Path):
    (folder / VAE).unlink()
    row = await asked(alice.me)
    work = await claimed()
    work.model = str(folder)
    bench = Bench(work.worker, {str(folder): object()}, None)  # type: ignore[arg-type, dict-item]

    with pytest.raises(Exception, match="holds no weights"):
        await bench.engine(work.model)
    await bench.make(work)

    ended = await generation.get_own(row.id, alice.me)
    assert (ended.status, ended.error) == (Status.FAILED, "This model cannot be loaded here. Your credits are back.")

"""Whoever starts the studio with a mistake is told so in one sentence, and nothing half right keeps running."""

from pathlib import Path

import pytest

from tests.services import run_app

MISTAKES = [
    ({"IMAGE_MODEL": "/no/such/folder"}, "IMAGE_MODEL names '/no/such/folder', which is neither a folder"),
    ({"LEASE_SECONDS": "soon"}, "A setting is wrong: LEASE_SECONDS:"),
    ({"LEASE_SECONDS": "0"}, "A setting is wrong: LEASE_SECONDS:"),
    ({"ATTENTION": "please"}, "A setting is wrong: ATTENTION:"),
    ({"PORT": "99999"}, "A setting is wrong: PORT:"),
    ({"STORAGE_URL": "ftp://somewhere"}, "STORAGE_URL begins with neither file:// nor s3:// but 'ftp'"),
]


@pytest.mark.parametrize("process", ["web", "worker"])
@pytest.mark.parametrize(
    ("env", "sentence"), MISTAKES, ids=lambda value: "-".join(value) if isinstance(value, dict) else ""
)
def test_a_wrong_setting_stops_the_process(services: object, process: str, env: dict[str, str], sentence: str):
    ended = run_app(process, env=env)

    assert ended.returncode != 0
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_gpu_that_is_not_there_stops_a_worker(services: object):
    ended = run_app("worker", env={"DEVICE": "cuda", "CUDA_VISIBLE_DEVICES": ""})

    assert ended.returncode != 0
    assert "DEVICE says cuda, but torch finds no GPU here" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_folder_that_is_no_model_stops_a_worker(services: object, tmp_path: Path):
    (tmp_path / "model_index.json").write_text('{"_class_name": "QwenImagePipeline"}')

    ended = run_app("worker", env={"IMAGE_MODEL": str(tmp_path)})

    assert ended.returncode != 0
    assert str(tmp_path) in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr

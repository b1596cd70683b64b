"""What is chosen for this machine, and why, in words that an operator can act on. Here without a GPU."""

import pytest
import torch

from app.settings import Settings
from app.workers.hardware import Choice, attention_for, choose, offload_for

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="these sentences are about machines without a GPU")


def told(choice: Choice) -> str:
    return " ".join(choice.reasons)


def test_a_machine_without_a_gpu_gets_what_runs_on_it():
    choice = choose(Settings())

    assert (choice.device, choice.dtype, choice.attention, choice.offload) == ("cpu", "float32", "native", "none")
    assert "DEVICE auto: cpu" in told(choice)
    assert "DTYPE auto: float32" in told(choice)


@pytest.mark.parametrize("wanted", ["xformers", "flash"])
def test_whoever_asks_for_gpu_attention_without_a_gpu_is_told_what_is_used_and_why(wanted: str):
    choice = choose(Settings(attention=wanted))  # type: ignore[arg-type]

    assert choice.attention == "native"
    assert f"ATTENTION {wanted}: native, because {wanted} runs on CUDA only" in told(choice)


def test_a_gpu_that_is_not_there_stops_the_worker_with_a_sentence():
    with pytest.raises(SystemExit, match="DEVICE says cuda, but torch finds no GPU here"):
        choose(Settings(device="cuda"))


def test_attention_that_is_not_installed_stops_a_gpu_worker_with_a_sentence():
    with pytest.raises(SystemExit, match="ATTENTION says flash, which is not installed"):
        attention_for("flash", on_gpu=True)


def test_what_was_set_is_not_explained_as_a_choice():
    choice = choose(Settings(device="cpu", dtype="bfloat16", offload="none"))

    assert choice.dtype == "bfloat16"
    assert [reason.split(" ")[0] for reason in choice.reasons] == ["ATTENTION"]


@pytest.mark.parametrize(("free", "offload"), [(80, "none"), (60, "model"), (24, "sequential")])
def test_a_large_model_is_placed_by_what_is_free(free: int, offload: str):
    transformer, text_encoder, decoder = 41 * 10**9, 16 * 10**9, 25 * 10**7

    assert offload_for([transformer, text_encoder, decoder], free * 10**9) == offload

"""Which device, number format and attention to use, and why, in sentences that `python -m app doctor` prints."""

import importlib.util
from typing import NamedTuple

from app.settings import Settings


class Choice(NamedTuple):
    device: str
    dtype: str
    attention: str
    offload: str
    reasons: list[str]


def choose(settings: Settings) -> Choice:
    """Settings win; `auto` is decided by what is here. Raises SystemExit for what cannot work."""
    import torch  # only workers and the doctor come here: the web process must start without it

    device, dtype, offload = settings.device, settings.dtype, settings.offload
    reasons = []
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        reasons.append(f"DEVICE auto: {device}, the fastest that torch {torch.__version__} finds here.")
    on_gpu = device.startswith("cuda")
    if on_gpu and not torch.cuda.is_available():
        raise SystemExit("A setting is wrong: DEVICE says cuda, but torch finds no GPU here. See docs/operations.md.")
    if dtype == "auto":
        dtype = "bfloat16" if on_gpu and torch.cuda.is_bf16_supported() else "float32"
        why = "half the memory, and what the weights were trained in" if dtype == "bfloat16" else "exact, and fast here"
        reasons.append(f"DTYPE auto: {dtype}, {why}.")
    attention, why = attention_for(settings.attention, on_gpu)
    reasons.append(f"ATTENTION {settings.attention}: {attention}, {why}.")
    if offload == "auto":
        why = "decided when the weights are loaded and the GPU's free memory is known" if on_gpu else "there is no GPU"
        offload = "auto" if on_gpu else "none"
        reasons.append(f"OFFLOAD auto: {offload}, {why}.")
    return Choice(device, dtype, attention, offload, reasons)


def offload_for(parts: list[int], free: int) -> str:
    """From the bytes of a pipeline's parts: `none` keeps all of them on the GPU, `model` brings one at a time,
    `sequential` one layer at a time, slowly. A fifth more than the weights is what a picture needs while it is made."""
    if sum(parts) * 1.2 < free:
        return "none"
    return "model" if max(parts) * 1.2 < free else "sequential"


def attention_for(wanted: str, on_gpu: bool) -> tuple[str, str]:
    if wanted == "native" or not on_gpu:
        if wanted in {"flash", "xformers"}:
            return "native", f"because {wanted} runs on CUDA only and the model runs elsewhere"
        return "native", "torch's own scaled dot product"
    if wanted in {"auto", "flash"} and importlib.util.find_spec("flash_attn"):
        return "flash", "the flash-attn package is installed"
    if wanted in {"auto", "xformers"} and xformers_works():
        return "xformers", "xformers is installed and its kernel answers on this GPU"
    if wanted == "auto":
        return "native", "torch's own scaled dot product; neither flash-attn nor a working xformers is installed"
    raise SystemExit(
        f"A setting is wrong: ATTENTION says {wanted}, which is not installed or does not answer on this GPU. "
        "See docs/operations.md."
    )


def xformers_works() -> bool:
    """Installed is not enough: its kernels are built for one CUDA version, so one tiny call decides."""
    if not importlib.util.find_spec("xformers"):
        return False
    import torch
    import xformers.ops  # prints a warning where its kernels do not load, so never outside GPU workers

    try:
        probe = torch.zeros(1, 8, 1, 64, device="cuda", dtype=torch.float16)
        xformers.ops.memory_efficient_attention(probe, probe, probe)
    except (NotImplementedError, RuntimeError, OSError):
        return False
    return True

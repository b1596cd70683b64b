"""A rough picture from unfinished latents: one linear map, fitted once to the model's own decoder.

Each latent token and its eight neighbours give a patch of `side` x `side` pixels. A product of two small matrices
costs a thousandth of a decode, so watching costs the model next to nothing. (Linear maps from latents to colour
are common practice; the neighbourhood and the patch make them sharper, and each model gets its own.)
"""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save_file

Array = np.ndarray[Any, Any]
RIDGE = 1e-2


def neighbourhoods(latents: Array) -> Array:
    """(rows, columns, channels) -> (rows * columns, 9 * channels + 1), edges repeated, a one for the bias."""
    rows, columns, channels = latents.shape
    padded = np.pad(latents, ((1, 1), (1, 1), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    flat = windows.reshape(rows * columns, channels * 9)
    return np.concatenate([flat, np.ones((rows * columns, 1), flat.dtype)], axis=1)


def draw(weights: Array, latents: Array) -> Image.Image:
    """latents (rows, columns, channels) -> an RGB picture of rows * side by columns * side pixels."""
    rows, columns, _ = latents.shape
    side = round((weights.shape[1] / 3) ** 0.5)
    pixels = neighbourhoods(latents.astype(np.float32)) @ weights
    grid = pixels.reshape(rows, columns, side, side, 3).transpose(0, 2, 1, 3, 4)
    scaled = np.clip(grid * 127.5 + 127.5, 0, 255).astype(np.uint8)
    return Image.fromarray(scaled.reshape(rows * side, columns * side, 3))


def fit(pairs: list[tuple[Array, Image.Image]], side: int) -> Array:
    """Least squares over (latents, finished picture) pairs, with a little ridge against few samples."""
    inputs, targets = [], []
    for latents, picture in pairs:
        rows, columns, _ = latents.shape
        small = picture.convert("RGB").resize((columns * side, rows * side), Image.Resampling.LANCZOS)
        pixels = np.asarray(small, np.float32) / 127.5 - 1
        patches = pixels.reshape(rows, side, columns, side, 3).transpose(0, 2, 1, 3, 4)
        inputs.append(neighbourhoods(latents.astype(np.float32)))
        targets.append(patches.reshape(rows * columns, -1))
    x, y = np.concatenate(inputs), np.concatenate(targets)
    weights: Array = np.linalg.solve(x.T @ x + RIDGE * len(x) * np.eye(x.shape[1], dtype=x.dtype), x.T @ y)
    return weights.astype(np.float32)


def load(path: Path) -> Array | None:
    return load_file(path)["weights"] if path.exists() else None


def save(path: Path, weights: Array) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"weights": np.ascontiguousarray(weights.astype(np.float16))}, path)

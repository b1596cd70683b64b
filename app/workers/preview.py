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
    """(rows, columns, channels) -> (rows * columns, 9 * channels), edges repeated."""
    rows, columns, channels = latents.shape
    padded = latents[np.ix_(_with_edges(rows), _with_edges(columns))]
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return windows.reshape(rows * columns, channels * 9)


def _with_edges(length: int) -> Array:
    return np.arange(-1, length + 1).clip(0, length - 1)


def draw(weights: Array, latents: Array) -> Image.Image:
    """latents (rows, columns, channels) -> an RGB picture of rows * side by columns * side pixels.

    In few operations on purpose: each one hands the interpreter to the sampling thread and has to ask for it back.
    """
    rows, columns, _ = latents.shape
    side = round((weights.shape[1] / 3) ** 0.5)
    pixels = neighbourhoods(latents.astype(np.float32, copy=False)) @ weights[:-1]
    pixels += weights[-1]
    grid = pixels.reshape(rows, columns, side, side, 3).transpose(0, 2, 1, 3, 4)
    colours = np.empty(grid.shape, np.uint8)
    np.clip(grid, 0, 255, out=colours, casting="unsafe")
    return Image.fromarray(colours.reshape(rows * side, columns * side, 3))


def fit(pairs: list[tuple[Array, Image.Image]], side: int) -> Array:
    """Least squares over (latents, finished picture) pairs, with a little ridge against few samples.

    -> (9 * channels + 1, side * side * 3) in steps of colour from 0 to 255; the last row is the bias.
    """
    inputs, targets = [], []
    for latents, picture in pairs:
        rows, columns, _ = latents.shape
        small = picture.convert("RGB").resize((columns * side, rows * side), Image.Resampling.LANCZOS)
        pixels = np.asarray(small, np.float32)
        patches = pixels.reshape(rows, side, columns, side, 3).transpose(0, 2, 1, 3, 4)
        around = neighbourhoods(latents.astype(np.float32))
        inputs.append(np.concatenate([around, np.ones((len(around), 1), np.float32)], axis=1))
        targets.append(patches.reshape(rows * columns, -1))
    x, y = np.concatenate(inputs), np.concatenate(targets)
    weights: Array = np.linalg.solve(x.T @ x + RIDGE * len(x) * np.eye(x.shape[1], dtype=x.dtype), x.T @ y)
    return weights.astype(np.float32)


def load(path: Path) -> Array | None:
    return load_file(path)["weights"] if path.exists() else None


def save(path: Path, weights: Array) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"weights": np.ascontiguousarray(weights.astype(np.float16))}, path)

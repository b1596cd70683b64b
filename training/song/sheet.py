"""A sheet of spectrograms and one song to hear, always of the same prompts and seeds.

    python -m training.song.sheet starters/song

The upper rows are songs the starter makes; the last is three true renders, to compare.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.song import listen
from training.song.beside import STUDIO
from training.song.bundle import load_folder, make
from training.song.plans import RATE, sample_plan
from training.song.synth import play

COLUMNS, HEIGHT = 3, 160


def spectrogram(song: listen.Array) -> NDArray[np.uint8]:
    """Time to the right, pitch upwards: 60 to 3,000 Hz, 60 dB from black to white."""
    magnitudes = listen.spectrogram(song)
    rows = np.searchsorted(listen.FREQUENCIES, np.geomspace(60, 3000, HEIGHT))[::-1]
    levels = 20 * np.log10(magnitudes[::2, rows].T + 1e-9)
    return (255 * np.clip((levels - levels.max() + 60) / 60, 0, 1)).astype(np.uint8)


def tile(songs: list[listen.Array]) -> Image.Image:
    cells = [np.pad(spectrogram(song), 2, constant_values=255) for song in songs]
    rows = [np.concatenate(cells[i : i + COLUMNS], axis=1) for i in range(0, len(cells), COLUMNS)]
    return Image.fromarray(np.concatenate(rows)).quantize(32)


def write_wave(path: Path, song: listen.Array) -> None:
    """16 bits at half the rate: nothing lies above 3.6 kHz."""
    halved = song.reshape(-1, 2).mean(1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE // 2)
        file.writeframes((32767 * np.clip(halved, -1, 1)).astype("<i2").tobytes())


def main() -> None:
    folder = Path(sys.argv[1])
    pipeline = load_folder(folder)
    prompts = STUDIO["example_prompts"]
    assert isinstance(prompts, dict)
    texts = [text for pair in zip(prompts["en"], prompts["ar"], strict=True) for text in pair][: 2 * COLUMNS]
    songs = [make(pipeline, text, seed).double().numpy() for seed, text in enumerate(texts)]
    renders = [play(sample_plan(seed, held=True), seed).astype(np.float64) for seed in range(COLUMNS)]
    tile(songs + renders).save(folder / "samples.png", optimize=True)
    write_wave(folder / "sample.wav", songs[0])


if __name__ == "__main__":
    main()

"""Songs as latents, without end and without rendering them.

The encoder is linear, a song is the sum of its notes, and every note begins where a
transformer token begins. So a song's latents are the sum of its notes' latents, and each
note is encoded once.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from training.song.autoencoder import HOP, NUMBERS, encode
from training.song.plans import PATCH, SAMPLES, Plan, sample_plan
from training.song.synth import hit, play, tone
from training.song.tune import compose

FRAMES, FRAMES_A_TOKEN = SAMPLES // HOP, PATCH // HOP
# In tokens: eighths, beats, half bars and bars of the three tempos, and the place in the whole song.
PERIODS = (3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 64, 128, 256, 512)


def clock(frames: int) -> Tensor:
    """(frames, numbers): where in the song each frame lies. It is what `silence_latent` holds.

    The transformer knows how far apart two tokens are, but not where they are: every token gets
    the same source latents, and those are silence. So silence ticks, and a beat can be kept.
    """
    token = torch.arange(frames)[:, None] // FRAMES_A_TOKEN
    angle = 2 * torch.pi * token / torch.tensor(PERIODS)
    return F.pad(torch.cat([angle.cos(), angle.sin()], dim=1), (0, NUMBERS - 2 * len(PERIODS)))


def waves(seeds: range, held: bool = False) -> Tensor:
    """Rendered songs (B, samples). Tunes of held-out plans are others too."""
    return torch.from_numpy(np.stack([play(sample_plan(s, held), s + 10**9 * held) for s in seeds]))


class Notes:
    """Latents of notes and of whole songs."""

    def __init__(self, filters: Tensor) -> None:
        self.filters = filters.cpu()
        self.latents = functools.cache(self._latents)

    def _latents(self, instrument: str, pitch: int, samples: int) -> Tensor:
        """A note's frames, with one before it: the analysis window reaches over the edge."""
        wave = torch.from_numpy(tone(instrument, pitch, samples) if pitch else hit(instrument))
        whole = F.pad(wave, (HOP, 2 * HOP - len(wave) % HOP))
        return encode(self.filters, whole[None])[0]

    def song(self, plan: Plan, seed: int) -> Tensor:
        """(frames, numbers): what the encoder makes of `play(plan, seed)`."""
        frames = torch.zeros(FRAMES + 1, NUMBERS)
        for note in compose(plan, seed):
            at = note.start * plan.eighth // PATCH * FRAMES_A_TOKEN
            part = self.latents(note.instrument, note.pitch, note.length * plan.eighth)[: FRAMES + 1 - at]
            frames[at : at + len(part)].add_(part, alpha=note.loud)
        return frames[1:]

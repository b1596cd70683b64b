"""Encoded pictures to train on: a pool that grows while the transformer trains.

Picture number i is spec i in layout i, so a shard on disk needs to hold latents only, and
every sample can be drawn again from its number.
"""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import AutoencoderKLQwenImage21
from torch import Tensor

from training.autoencoder import encode
from training.common import autocast, device, save
from training.drawing import pictures
from training.recipe import recipe

SHARD = 1024


class Pool:
    def __init__(self, folder: Path, vae: AutoencoderKLQwenImage21) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.vae = folder, vae
        files = sorted(folder.glob("*.pt"))
        self.shards = [torch.load(file, weights_only=True)["latents"] for file in files]

    def __len__(self) -> int:
        return SHARD * len(self.shards)

    @torch.no_grad()
    def grow(self) -> None:
        """Draw and encode one more shard."""
        mean = torch.tensor(self.vae.config.latents_mean).view(1, -1, 1, 1)
        std = torch.tensor(self.vae.config.latents_std).view(1, -1, 1, 1)
        parts, images = [], pictures(range(len(self), len(self) + SHARD), style=recipe().style)
        for start in range(0, SHARD, 32):
            with autocast():
                latents = encode(self.vae, images[start : start + 32].to(device()))[0].float().cpu()
            parts.append(((latents - mean) / std).half())
        shard = torch.cat(parts)
        save({"latents": shard}, self.folder / f"{len(self.shards):05d}.pt")
        self.shards.append(shard)

    def take(self, seeds: list[int]) -> Tensor:
        """(B, tokens, channels), as the transformer wants them."""
        latents = torch.stack([self.shards[seed // SHARD][seed % SHARD] for seed in seeds])
        return latents.flatten(2).transpose(1, 2).float().to(device())

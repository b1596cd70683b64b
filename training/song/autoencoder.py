"""Stage 1: the autoencoder, 24,000 samples a second <-> 50 frames of 48 numbers.

It begins as a good codec instead of as chance: two lapped cosine transforms, one inside the
other, written into the strided convolutions, and between them the principal components of
what the grammar plays. All of that is linear and known in closed form, so the encoder stays
as it is, and songs can be encoded before anything is trained. Only the decoder is trained.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderOobleck
from numpy.typing import NDArray
from torch import Tensor, nn

from training.song.plans import RATE

NUMBERS, WIDE, LONG, BANDS = 48, 20, 24, 6  # numbers a frame; samples, then bands' samples, a hop; bands kept
HOP = WIDE * LONG
CONFIG = {
    "encoder_hidden_size": 2 * NUMBERS, "decoder_channels": 32, "decoder_input_channels": NUMBERS,
    "channel_multiples": [2, 3], "downsampling_ratios": [WIDE, LONG], "audio_channels": 1, "sampling_rate": RATE,
}  # fmt: skip
Matrix = NDArray[np.float64]


def lapped(size: int, count: int) -> Tensor:
    """The first rows of an MDCT with a sine window: (count, 2 * size). Its transpose undoes it."""
    n, k = np.arange(2 * size), np.arange(count)[:, None]
    window = np.sin(np.pi * (n + 0.5) / (2 * size))
    waves = np.cos(np.pi / size * (n + 0.5 + size / 2) * (k + 0.5))
    return torch.from_numpy(window * np.sqrt(2 / size) * waves).float()


@torch.no_grad()
def write(conv: Any, weight: Tensor) -> None:
    """Set the weight of a weight-normed convolution, which keeps direction and length apart."""
    length = weight.flatten(1).norm(dim=1).view(-1, *[1] * (weight.ndim - 1))
    conv.weight_v.copy_(torch.where(length > 0, weight, conv.weight_v))
    conv.weight_g.copy_(length)
    if conv.bias is not None:
        conv.bias.zero_()


@torch.no_grad()
def straighten(module: Any) -> None:
    """Make a block hand on what it gets: residual units that add nothing, snakes that do not bend."""
    for part in module.modules():
        if type(part).__name__ == "OobleckResidualUnit":
            write(part.conv2, torch.zeros_like(part.conv2.weight_v))
        if type(part).__name__ == "Snake1d":
            part.alpha.fill_(-8.0)


def stages() -> tuple[Tensor, Tensor]:
    """Both transforms as convolution weights: (bands, 1, 40) and (bands * 24, bands, 48)."""
    second = torch.zeros(BANDS, LONG, BANDS, 2 * LONG)
    for band in range(BANDS):
        second[band, :, band] = lapped(LONG, LONG)
    return lapped(WIDE, BANDS)[:, None], second.flatten(0, 1)


def coefficients(songs: Tensor) -> Tensor:
    """(B, samples) -> (B, bands * 24, frames), before the principal components."""
    first, second = stages()
    return nn.functional.conv1d(
        nn.functional.conv1d(songs[:, None], first, stride=WIDE, padding=WIDE // 2),
        second, stride=LONG, padding=LONG // 2,
    )  # fmt: skip


def components(songs: Tensor) -> tuple[Tensor, Tensor]:
    """The principal components (numbers, coefficients) and how large each latent is made.

    Between whitened and as it is: a component's size is the root of what it would be. So the
    loud ones still count most, and the quiet ones are not lost in the noise of sampling.
    """
    rows = coefficients(songs).transpose(1, 2).flatten(0, 1).double()
    values, vectors = torch.linalg.eigh(rows.T @ rows / len(rows))
    values, vectors = values.flip(0)[:NUMBERS], vectors.flip(1)[:, :NUMBERS]
    scale = values**-0.25
    return vectors.T.float(), (scale / (values * scale**2).mean().sqrt()).float()


@torch.no_grad()
def build(songs: Tensor) -> AutoencoderOobleck:
    """The autoencoder in closed form. `songs`: some hundred, to find the components of."""
    torch.manual_seed(0)
    vae = AutoencoderOobleck(**CONFIG)
    first, second = stages()
    vectors, scale = components(songs)
    encoder, decoder = vae.encoder, vae.decoder
    straighten(encoder)
    straighten(decoder)

    def place(conv: Any, part: Tensor, at: int = 0) -> None:
        weight = torch.zeros_like(conv.weight_v)
        weight[: part.shape[0], : part.shape[1], at : at + part.shape[2]] = part
        write(conv, weight)

    one, every = torch.ones(1, 1, 1), torch.eye(NUMBERS)[:, :, None]
    mixed = torch.einsum("dk,kbn->dbn", vectors, second)
    place(encoder.conv1, one, at=3)
    place(encoder.block[0].conv1, first)
    place(encoder.block[1].conv1, mixed * scale[:, None, None])
    place(encoder.conv2, every, at=1)
    encoder.conv2.bias[NUMBERS:] = -9.0  # the posterior's spread: next to none
    place(decoder.conv1, every, at=3)
    place(decoder.block[0].conv_t1, mixed / scale[:, None, None])
    place(decoder.block[1].conv_t1, first)
    place(decoder.conv2, one, at=3)
    return vae.eval()


def _weight(conv: Any) -> Tensor:
    """`conv.weight` itself is brought up to date only when the module runs."""
    return torch._weight_norm(conv.weight_v, conv.weight_g, 0)


@torch.no_grad()
def kernel(vae: AutoencoderOobleck) -> Tensor:
    """The whole encoder as one filter bank (numbers, window): it is linear, so impulses tell all."""
    first, second = (_weight(block.conv1) for block in vae.encoder.block)
    window = torch.zeros(NUMBERS, WIDE * (2 * LONG - 1) + 2 * WIDE)
    for place in range(2 * LONG):
        at = place * WIDE
        window[:, at : at + 2 * WIDE] += second[:NUMBERS, :BANDS, place] @ first[:BANDS, 0]
    return window


def encode(filters: Tensor, waves: Tensor) -> Tensor:
    """(B, samples) -> (B, frames, numbers): what `vae.encode` gives, a hundred times faster."""
    lead = (filters.shape[1] - HOP) // 2
    out = nn.functional.conv1d(nn.functional.pad(waves, (lead, lead))[:, None], filters[:, None], stride=HOP)
    return out.transpose(1, 2)


def snr(waves: Tensor, decoded: Tensor) -> float:
    """Signal to noise in dB, the mean over songs."""
    noise = (waves - decoded).pow(2).sum(-1)
    return float((10 * torch.log10(waves.pow(2).sum(-1) / noise)).mean())

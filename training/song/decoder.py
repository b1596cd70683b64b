"""Stage 4: the decoder learns what the closed form cannot know: clicks, high partials, small slips.

It may come after the transformer, since the latents do not depend on it. The residual units
at the full sample rate stay zero and are passed by: they would cost more than all the rest.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from diffusers import AutoencoderOobleck
from torch import Tensor

from training.common import Clock, device, load, save
from training.optim import Optimizers
from training.song.autoencoder import HOP, build, encode, kernel, snr
from training.song.data import FRAMES, waves
from training.song.state import home

BATCH, CROP, EDGE = 16, 50, 6  # crops a step; frames a crop; frames more on each side
MUON, ADAM, JITTER = 4e-4, 2e-4, 0.08


def decode(vae: AutoencoderOobleck, latents: Tensor) -> Tensor:
    """(B, frames, numbers) -> (B, samples): `vae.decode` without the units that add nothing."""
    decoder = vae.decoder
    last = decoder.block[1]
    x = last.conv_t1(last.snake1(decoder.block[0](decoder.conv1(latents.transpose(1, 2)))))
    return decoder.conv2(decoder.snake1(x))[:, 0]


def spectra(x: Tensor) -> list[Tensor]:
    return [
        torch.stft(x, size, size // 4, window=torch.hann_window(size, device=x.device), return_complex=True).abs()
        for size in (256, 1024, 2048)
    ]


def loss_of(vae: AutoencoderOobleck, songs: Tensor, latents: Tensor) -> tuple[Tensor, float]:
    """Wave and spectra, on crops, from latents that are a little off as the transformer's are."""
    starts = torch.randint(EDGE, FRAMES - CROP - EDGE, (len(songs),)).tolist()
    pieces = torch.stack([z[s - EDGE : s + CROP + EDGE] for z, s in zip(latents, starts, strict=True)])
    target = torch.stack([song[s * HOP : (s + CROP) * HOP] for song, s in zip(songs, starts, strict=True)])
    jitter = JITTER * torch.rand(len(songs), 1, 1, device=pieces.device) * torch.randn_like(pieces)
    out = decode(vae, pieces + jitter)[:, EDGE * HOP : -EDGE * HOP]
    wave = F.mse_loss(out, target) / target.pow(2).mean()
    pairs = list(zip(spectra(out), spectra(target), strict=True))
    rough = torch.stack([(a - b).norm() / b.norm() for a, b in pairs]).mean()
    fine = torch.stack([F.l1_loss(torch.log(a + 0.02), torch.log(b + 0.02)) for a, b in pairs]).mean()
    return wave.clamp_min(1e-9).log() * 0.1 + rough + fine, wave.item()


@torch.no_grad()
def measure(vae: AutoencoderOobleck, filters: Tensor, count: int = 24) -> float:
    """Mean signal to noise in dB over whole held-out songs."""
    songs = waves(range(count), held=True).to(device())
    decoded = torch.cat([decode(vae, encode(filters, song[None])) for song in songs])
    return snr(songs, decoded)


def train(minutes: float) -> AutoencoderOobleck:
    """Train up to `minutes` in all, or go on where the last run ended. With 0: as good as it is so far."""
    folder = home() / "vae"
    if folder.exists():
        return AutoencoderOobleck.from_pretrained(folder).to(device()).eval().requires_grad_(False)
    vae = build(waves(range(400))).to(device())
    filters = kernel(vae).to(device())
    vae.encoder.requires_grad_(False)
    vae.decoder.block[1].requires_grad_(False)
    for part in (vae.decoder.block[1].conv_t1, vae.decoder.block[1].snake1):
        part.requires_grad_(True)
    optimizers = Optimizers(vae.decoder, MUON, ADAM, not_muon=("weight_g", "alpha", "beta", "decoder.conv2"))
    state, step = load(home() / "decoder.pt"), 0
    if state:
        vae.load_state_dict(state["model"])
        optimizers.load_state_dict(state["optimizers"])
        step = state["step"]
    clock = Clock(minutes, state["spent"] if state else 0.0, "decoder")
    if not clock.done:
        clock.bar.write(f"decoder step {step}: {measure(vae, filters):.2f} dB held out")
    while not clock.done:
        songs = waves(range(step * BATCH, (step + 1) * BATCH)).to(device())
        loss, wave = loss_of(vae, songs, encode(filters, songs))
        optimizers.step(loss, min(1.0, (step + 1) / 50) * clock.rate())
        step += 1
        clock.tick(f"step {step} loss {loss.item():.4f} noise {wave:.4f}")
        if clock.time_to_save():
            save({"model": vae.state_dict(), "optimizers": optimizers.state_dict(), "step": step, "spent": clock.spent},
                 home() / "decoder.pt")  # fmt: skip
            clock.bar.write(f"decoder step {step}: {measure(vae, filters):.2f} dB held out")
    if minutes:
        vae.save_pretrained(folder)
    return vae.eval().requires_grad_(False)

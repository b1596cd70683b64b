"""Stage 1: the autoencoder, 16 x 16 pixels <-> a token of 16 numbers."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKLQwenImage21
from torch import Tensor

from training.common import Clock, autocast, device, home, load, save
from training.drawing import pictures
from training.optim import Optimizers

CONFIG = {
    "base_dim": 32, "decoder_base_dim": 48, "z_dim": 16, "dim_mult": [1, 2, 2], "num_res_blocks": 1,
    "temperal_downsample": [False, False], "patch_size": 4, "in_channels": 64, "out_channels": 64,
    "is_residual": True, "latents_mean": [0.0] * 16, "latents_std": [1.0] * 16,
}  # fmt: skip
BATCH, CROP = 32, 64


def encode(vae: AutoencoderKLQwenImage21, images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and log variance (B, 16, h, w). Without the cache `vae.encode` keeps on itself."""
    patches = F.pixel_unshuffle(images, 4)  # channel order of diffusers: c, then column, then row
    b, _, h, w = patches.shape
    patches = patches.view(b, 4, 4, 4, h, w).transpose(2, 3).reshape(b, 64, 1, h, w)
    mean, logvar = vae.quant_conv(vae.encoder(patches)).chunk(2, dim=1)
    return mean[:, :, 0], logvar[:, :, 0].clamp(-20, 10)


def decode(vae: AutoencoderKLQwenImage21, latents: Tensor) -> Tensor:
    """Pictures (B, 4, H, W), not clamped: `vae.decode` clamps, which would end the gradient."""
    out = vae.decoder(vae.post_quant_conv(latents[:, :, None]), first_chunk=True)[:, :, 0]
    b, _, h, w = out.shape
    return F.pixel_shuffle(out.view(b, 4, 4, 4, h, w).transpose(2, 3).reshape(b, 64, h, w), 4)


def edges(x: Tensor) -> list[Tensor]:
    """Differences of neighbours at three scales: what makes an outline sharp."""
    found = []
    for scale in (1, 2, 4):
        y = F.avg_pool2d(x, scale) if scale > 1 else x
        found += [y[..., 1:] - y[..., :-1], y[..., 1:, :] - y[..., :-1, :]]
    return found


def loss_of(vae: AutoencoderKLQwenImage21, images: Tensor) -> tuple[Tensor, Tensor]:
    with autocast():
        mean, logvar = encode(vae, images)
        latents = mean + torch.randn_like(mean) * (0.5 * logvar).exp()
        out = decode(vae, latents)
    out, mean, logvar = out.float(), mean.float(), logvar.float()
    near = F.l1_loss(out, images)
    sharp = sum(F.l1_loss(a, b) for a, b in zip(edges(out), edges(images), strict=True))
    kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).mean()
    return near + 0.3 * sharp + 4e-4 * kl, F.mse_loss(out[:, :3], images[:, :3]).detach()


def batch(first: int) -> Tensor:
    """Crops of fresh pictures: the autoencoder sees texture, not meaning."""
    rng, crops = np.random.default_rng(first), []
    for picture in pictures(range(first, first + BATCH // 2)):
        for _ in range(2):
            x, y = rng.integers(0, picture.shape[-1] - CROP + 1, 2)
            crops.append(picture[:, y : y + CROP, x : x + CROP])
    return torch.stack(crops).to(device())


@torch.no_grad()
def measure(vae: AutoencoderKLQwenImage21, count: int = 256, style: str | None = None) -> float:
    """Mean PSNR in dB over whole held-out pictures; also fits the latent statistics."""
    images = pictures(range(count), held=True, style=style).to(device())
    parts = [encode(vae, chunk)[0] for chunk in images.split(32)]
    latents = torch.cat(parts)
    errors = [
        (decode(vae, z).clamp(-1, 1) - x)[:, :3].pow(2).mean((1, 2, 3))
        for z, x in zip(parts, images.split(32), strict=True)
    ]
    vae.register_to_config(
        latents_mean=[round(v, 5) for v in latents.mean((0, 2, 3)).tolist()],
        latents_std=[round(v, 5) for v in latents.std((0, 2, 3)).tolist()],
    )
    return float((10 * torch.log10(4 / torch.cat(errors))).mean())


def train(minutes: float) -> AutoencoderKLQwenImage21:
    """Train up to `minutes` in all, or go on where the last run ended."""
    folder = home() / "vae"
    done = folder.exists()
    vae = (
        AutoencoderKLQwenImage21.from_pretrained(folder, torch_dtype=torch.float32)
        if done
        else AutoencoderKLQwenImage21(**CONFIG)
    )
    vae.to(device())
    if done:
        return vae.eval().requires_grad_(False)
    optimizers = Optimizers(vae, muon=5e-3, adam=1e-3)
    state, step = load(home() / "autoencoder.pt"), 0
    if state:
        vae.load_state_dict(state["model"])
        optimizers.load_state_dict(state["optimizers"])
        step = state["step"]
    clock, psnr = Clock(minutes, state["spent"] if state else 0.0, "autoencoder"), measure(vae)
    clock.bar.write(f"autoencoder starts at {psnr:.2f} dB")
    while not clock.done:
        loss, error = loss_of(vae, batch(step * BATCH))
        optimizers.step(loss, min(1.0, (step + 1) / 50) * clock.rate())
        step += 1
        clock.tick(f"step {step} loss {loss.item():.4f} {-10 * torch.log10(error / 4).item():.1f} dB")
        if clock.time_to_save():
            save({"model": vae.state_dict(), "optimizers": optimizers.state_dict(), "step": step, "spent": clock.spent},
                 home() / "autoencoder.pt")  # fmt: skip
            clock.bar.write(f"autoencoder step {step}: {measure(vae):.2f} dB held out")
    measure(vae)
    vae.save_pretrained(folder)
    return vae.eval().requires_grad_(False)

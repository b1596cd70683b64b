"""Stage 3: the transformer, which turns noise into latents as the caption says.

Rectified flow: x = (1 - t) picture + t noise, and the model predicts noise - picture.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKLQwenImage21, QwenImage21Transformer2DModel
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration

from training.captions import LANGUAGES, caption
from training.common import Clock, Ema, autocast, device, home, load, save
from training.optim import Optimizers
from training.pool import Pool
from training.recipe import Recipe, recipe
from training.scenes import sample_spec
from training.text import SYSTEM, WIDTH, hidden, tokenize

# On a CPU the fused attention's backward is slower than plain matrix products at 80 tokens.
ATTENTION = (
    [SDPBackend.MATH] if device().type == "cpu" else [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION]
)
NULL = " "  # what the pipeline makes of an empty prompt
WEIGHTS = "diffusion_pytorch_model.safetensors"
AGAIN, READING = 0.3, 1e-4  # going on: the transformer's pace, and how fast the encoder learns along


def build(recipe: Recipe) -> QwenImage21Transformer2DModel:
    torch.manual_seed(0)
    model = QwenImage21Transformer2DModel(
        patch_size=1, in_channels=16, out_channels=16, num_layers=recipe.layers, attention_head_dim=64,
        num_attention_heads=recipe.width // 64, context_in_dim=WIDTH, mlp_ratio=3,
        # No frame axis: it would let the caption's length leak into the picture, and keep
        # prompts of different length from being batched exactly.
        axes_dims_rope=(0, 32, 32),
    )  # fmt: skip
    for name, p in model.named_parameters():
        if p.ndim == 2:
            torch.nn.init.normal_(p, std=0.7 / p.shape[1] ** 0.5)
        if any(part in name for part in ("modulation", "proj_out", "norm_out.linear")):
            torch.nn.init.zeros_(p)
    return model.to(device())


class Trainer:
    """One training step, and all it needs."""

    def __init__(self, vae: AutoencoderKLQwenImage21, tokenizer: PreTrainedTokenizerFast,
                 encoder: Qwen3VLForConditionalGeneration, start: Path | None = None) -> None:  # fmt: skip
        """`start`: a starter folder whose transformer to go on from. The encoder then learns along: what it reads less
        surely in one language than in the other shows in the picture only."""
        self.recipe, self.tokenizer, self.encoder = recipe(), tokenizer, encoder
        self.dropped = len(tokenizer(SYSTEM, add_special_tokens=False)["input_ids"])
        self.model, self.pace = build(self.recipe), AGAIN if start else 1.0
        if start:
            self.model.load_state_dict(load_file(start / "transformer" / WEIGHTS))
        self.read = encoder.model.language_model.requires_grad_(start is not None)
        self.reading = torch.optim.AdamW(self.read.parameters(), lr=READING, weight_decay=0) if start else None
        not_muon = ("img_in", "txt_in", "time_text_embed", "modulation", "norm_out", "proj_out")
        self.optimizers = Optimizers(self.model, self.recipe.muon, self.recipe.adam, not_muon)
        self.ema = Ema(self.model, self.recipe.ema)
        self.pool = Pool(home() / "latents", vae)
        self.step, self.spent = 0, 0.0
        self.losses: list[float] = []
        state = load(home() / "transformer.pt")
        if state:
            self.model.load_state_dict(state["model"])
            self.optimizers.load_state_dict(state["optimizers"])
            self.ema.weights = state["ema"]
            self.step, self.spent = state["step"], state["spent"]
            if self.reading:
                self.read.load_state_dict(state["read"])
        self.batches = self._batches()

    def _batches(self) -> Iterator[tuple[list[int], list[str]]]:
        """Eight batches at a time are sorted by length, so that little padding is computed."""
        size = self.recipe.batch
        while True:
            rng = random.Random(f"batch-{self.step}")
            rows = []
            for i in range(size * 8):
                seed = rng.randrange(len(self.pool))
                text = caption(sample_spec(seed, style=self.recipe.style), LANGUAGES[i % 2], rng)
                rows.append((seed, NULL if rng.random() < 0.1 else text))
            rows.sort(key=lambda row: len(self.tokenizer.tokenize(row[1])) + rng.random())
            groups = [rows[i : i + size] for i in range(0, len(rows), size)]
            rng.shuffle(groups)
            for group in groups:
                yield [seed for seed, _ in group], [text for _, text in group]

    def train_step(self, rate: float) -> float:
        while len(self.pool.shards) < self.recipe.first_shards + self.step // self.recipe.steps_per_shard:
            self.pool.grow()
        seeds, texts = next(self.batches)
        loss = self.loss(self.pool.take(seeds), texts)
        self.optimizers.step(loss, self.pace * rate * min(1.0, (self.step + 1) / 100))
        if self.reading:
            self.reading.param_groups[0]["lr"] = READING * rate
            self.reading.step()
            self.reading.zero_grad(set_to_none=True)
        self.step += 1
        self.ema.update(self.model, self.step)
        self.losses = [*self.losses[-99:], loss.item()]
        return sum(self.losses) / len(self.losses)

    def loss(self, clean: Tensor, texts: list[str]) -> Tensor:
        ids, lengths = tokenize(self.tokenizer, texts)
        noise = torch.randn_like(clean)
        t = torch.sigmoid(torch.randn(len(clean), device=clean.device))
        shift = self.recipe.shift
        t = shift * t / (1 + (shift - 1) * t)
        mixed = torch.lerp(clean, noise, t[:, None, None])
        with autocast(), sdpa_kernel(ATTENTION):
            with torch.set_grad_enabled(self.reading is not None):
                context = hidden(self.encoder, ids)[:, self.dropped :]
            places = torch.arange(context.shape[1], device=ids.device)
            words = places[None] < (lengths - self.dropped)[:, None]
            slots = torch.ones(len(clean), clean.shape[1] // 4, dtype=torch.bool, device=ids.device)
            side = math.isqrt(clean.shape[1])
            out = self.model(
                hidden_states=mixed, encoder_hidden_states=context, encoder_hidden_states_mask=words, timestep=t,
                img_shapes=[[(1, side, side)]] * len(clean),
                img_mask=torch.cat([torch.zeros_like(words), slots], dim=1), return_dict=False,
            )[0][:, -clean.shape[1] :]  # fmt: skip
        return F.mse_loss(out.float(), noise - clean)

    def save(self) -> None:
        state = {"model": self.model.state_dict(), "optimizers": self.optimizers.state_dict(), "ema": self.ema.weights}
        state |= {"read": self.read.state_dict(), "step": self.step, "spent": self.spent}
        save(state, home() / "transformer.pt")


def train(trainer: Trainer, minutes: float, sheet_minutes: float = 20.0) -> None:
    from training.sheet import write_sheet

    clock, last_sheet = Clock(minutes, trainer.spent, "transformer"), time.monotonic()
    while not clock.done:
        loss = trainer.train_step(clock.rate())
        trainer.spent = clock.spent
        clock.tick(f"step {trainer.step} loss {loss:.4f} pool {len(trainer.pool)}")
        if clock.time_to_save():
            trainer.save()
            clock.bar.write(f"transformer step {trainer.step} loss {loss:.4f}")
        if time.monotonic() - last_sheet > sheet_minutes * 60 or clock.done:
            last_sheet = time.monotonic()
            with trainer.ema.applied(trainer.model):
                write_sheet(trainer)

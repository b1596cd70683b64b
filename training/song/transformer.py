"""Stage 3: the transformer and the condition encoder, which turn noise into a song's latents.

Rectified flow: x = (1 - t) song + t noise, and the model predicts noise - song. Songs are
new in every batch: the grammar gives their latents for nothing.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import AceStepConditionEncoder, AceStepTransformer1DModel
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import PreTrainedTokenizerFast, Qwen3Model

from training.common import Clock, Ema, autocast, device, load, save
from training.optim import Optimizers
from training.song import text
from training.song.autoencoder import NUMBERS
from training.song.captions import LANGUAGES, lyrics
from training.song.data import FRAMES_A_TOKEN, Notes, clock
from training.song.plans import sample_plan
from training.song.state import home

WIDTH, LAYERS, CONDITION = 256, 6, 192
BATCH, NULL = 32, 0.15
SHIFT, LITTLE = 4.0, 0.33  # a tune is settled early, in much noise
MUON, ADAM, EMA = 3e-3, 1e-3, 0.99
WEIGHTS = "diffusion_pytorch_model.safetensors"
ATTENTION = [SDPBackend.MATH] if device().type == "cpu" else [SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
torch.backends.cuda.allow_fp16_bf16_reduction_math_sdp(True)  # despite its name, the CPU obeys too: a sixth faster


def build() -> nn.ModuleDict:
    """Both models. Layers begin small, so that the stream first carries what comes in."""
    torch.manual_seed(0)
    transformer = AceStepTransformer1DModel(
        hidden_size=WIDTH, intermediate_size=3 * WIDTH, num_hidden_layers=LAYERS, num_attention_heads=WIDTH // 64,
        num_key_value_heads=WIDTH // 64, head_dim=64, in_channels=3 * NUMBERS, audio_acoustic_hidden_dim=NUMBERS,
        patch_size=FRAMES_A_TOKEN, rope_theta=10000.0, encoder_hidden_size=CONDITION,
    )  # fmt: skip
    condition = AceStepConditionEncoder(
        hidden_size=CONDITION, intermediate_size=2 * CONDITION, text_hidden_dim=text.WIDTH, timbre_hidden_dim=NUMBERS,
        num_lyric_encoder_hidden_layers=1, num_timbre_encoder_hidden_layers=1, num_attention_heads=3,
        num_key_value_heads=3, head_dim=64, rope_theta=10000.0,
    )  # fmt: skip
    condition.silence_latent.copy_(clock(condition.silence_latent.shape[1]))
    both = nn.ModuleDict({"transformer": transformer, "condition": condition})
    for name, p in both.named_parameters():
        if p.ndim == 2:
            nn.init.normal_(p, std=(0.3 if "to_out" in name or "down_proj" in name else 0.7) / p.shape[1] ** 0.5)
        if "time_proj" in name or "proj_out_conv" in name or "scale_shift_table" in name:
            nn.init.zeros_(p)
    for layer in transformer.layers:
        layer.scale_shift_table.data[:, [2, 5]] = 1.0  # the gates
    return both.to(device())


def levels(count: int) -> Tensor:
    """How much noise each song gets: mostly much, where the tune is settled, and every third time little.

    What the last steps do not clean away is heard as hiss, and the shifted levels alone hardly ever come near.
    """
    t = torch.sigmoid(torch.randn(count))
    shifted = SHIFT * t / (1 + (SHIFT - 1) * t)
    return torch.where(torch.rand(count) < LITTLE, 0.4 * torch.rand(count), shifted)


class Trainer:
    """One training step, and all it needs."""

    def __init__(
        self, notes: Notes, tokenizer: PreTrainedTokenizerFast, encoder: Qwen3Model, start: Path | None = None
    ) -> None:
        """`start`: a starter folder whose weights to begin with. A checkpoint of this run comes before it."""
        self.notes, self.tokenizer, self.encoder = notes, tokenizer, encoder
        self.model = build()
        if start:
            self.model["transformer"].load_state_dict(load_file(start / "transformer" / WEIGHTS))
            self.model["condition"].load_state_dict(load_file(start / "condition_encoder" / WEIGHTS))
        not_muon = (
            "time_embed",
            "proj_in",
            "proj_out",
            "table",
            "condition_embedder",
            "embed_tokens",
            "null",
            "special",
        )
        self.optimizers = Optimizers(self.model, MUON, ADAM, not_muon)
        self.ema = Ema(self.model, EMA)
        self.step, self.spent = 0, 0.0
        self.losses: list[float] = []
        state = load(home() / "transformer.pt")
        if state:
            self.model.load_state_dict(state["model"])
            self.optimizers.load_state_dict(state["optimizers"])
            self.ema.weights = state["ema"]
            self.step, self.spent = state["step"], state["spent"]
        self.batches = self._batches()

    def _batches(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Songs, texts and lyrics. Texts of one batch are of one length: the pipeline masks no padding."""
        rng = random.Random(f"songs-{self.step}")
        shelves: dict[tuple[int, int], list[tuple[int, list[int], list[int]]]] = defaultdict(list)
        while True:
            seed, language = rng.randrange(10**9), rng.choice(LANGUAGES)
            ids = self.tokenizer(text.text_of(sample_plan(seed), language, rng))["input_ids"]
            words = self.tokenizer(self._lyrics(rng))["input_ids"]
            shelf = shelves[len(ids), len(words)]
            shelf.append((seed, ids, words))
            if len(shelf) == BATCH:
                songs = torch.stack([self.notes.song(sample_plan(seed), seed) for seed, _, _ in shelf])
                yield songs, torch.tensor([row[1] for row in shelf]), torch.tensor([row[2] for row in shelf])
                shelf.clear()

    def _lyrics(self, rng: random.Random) -> str:
        """Mostly none; now and then words that mean nothing, so that lyrics do no harm."""
        language = rng.choice(("en", "en", "en", "ar"))
        words = "" if rng.random() < 0.94 else " ".join(rng.choice(("la", "love", "sun", "my")) for _ in range(12))
        return lyrics(words, language)

    def train_step(self, rate: float) -> float:
        songs, ids, words = (part.to(device()) for part in next(self.batches))
        loss = self.loss(songs, ids, words)
        self.optimizers.step(loss, rate * min(1.0, (self.step + 1) / 100))
        self.step += 1
        self.ema.update(self.model, self.step)
        self.losses = [*self.losses[-99:], loss.item()]
        return sum(self.losses) / len(self.losses)

    def conditions(self, ids: Tensor, words: Tensor) -> Tensor:
        """Lyrics, timbre and text one after the other, as the pipeline packs them where nothing is padded.

        Nobody gives a reference in training, so the timbre is that of the clock for every song. Its one
        layer sees 128 frames around the first: more would change nothing.
        """
        with torch.no_grad():
            states = self.encoder(ids).last_hidden_state
            verses = self.encoder.embed_tokens(words)
        condition: Any = self.model["condition"]
        first = torch.zeros(1, dtype=torch.long, device=ids.device)
        timbre, _ = condition.timbre_encoder(condition.silence_latent[:, :160], first)
        packed = torch.cat([
            condition.lyric_encoder(inputs_embeds=verses, attention_mask=torch.ones_like(words)),
            timbre.expand(len(ids), -1, -1), condition.text_projector(states),
        ], dim=1)  # fmt: skip
        null = torch.rand(len(ids), 1, 1, device=ids.device) < NULL
        return torch.where(null, condition.null_condition_emb.expand_as(packed).to(packed.dtype), packed)

    def loss(self, clean: Tensor, ids: Tensor, words: Tensor) -> Tensor:
        noise = torch.randn_like(clean)
        t = levels(len(clean)).to(clean.device)
        mixed = torch.lerp(clean, noise, t[:, None, None])
        condition: Any = self.model["condition"]
        ticks = condition.silence_latent[:, : clean.shape[1]].expand_as(clean)
        context = torch.cat([ticks, torch.ones_like(clean)], dim=-1)
        with autocast(), sdpa_kernel(ATTENTION):
            out = self.model["transformer"](
                hidden_states=mixed, timestep=t, timestep_r=t, encoder_hidden_states=self.conditions(ids, words),
                context_latents=context, return_dict=False,
            )[0]  # fmt: skip
        return F.mse_loss(out.float(), noise - clean)

    def save(self) -> None:
        save({"model": self.model.state_dict(), "optimizers": self.optimizers.state_dict(), "ema": self.ema.weights,
              "step": self.step, "spent": self.spent}, home() / "transformer.pt")  # fmt: skip


def train(trainer: Trainer, minutes: float) -> None:
    clock = Clock(minutes, trainer.spent, "transformer")
    while not clock.done:
        loss = trainer.train_step(clock.rate())
        trainer.spent = clock.spent
        clock.tick(f"step {trainer.step} loss {loss:.4f}")
        if clock.time_to_save():
            trainer.save()
            clock.bar.write(f"transformer step {trainer.step} loss {loss:.4f}")

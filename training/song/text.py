"""Stage 2: the tokenizer and the text encoder, taught to read a caption's meaning.

As for pictures: the encoder first learns to name every field of the plan, then stays as it
is. The texts are exactly what the pipeline makes of a caption and the fields beside it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3Model

from training.common import Clock, autocast, device, load, save
from training.optim import Optimizers
from training.song.captions import LANGUAGES, caption, lyrics, metas, prompt
from training.song.plans import FIELDS, Plan, sample_plan
from training.song.state import home
from training.text import QWEN_SPLIT

WIDTH, LAYERS, BATCH = 192, 3, 64
END = "<|endoftext|>"


def text_of(plan: Plan, language: str, rng: random.Random) -> str:
    """One training text: some of the meaning in the caption, some in the fields, some in both."""
    return prompt(caption(plan, language, rng), **metas(plan, rng))  # type: ignore[arg-type]


def build_tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level BPE over the texts: most words are one token, none is unknown, spelling is folded."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.NFC(), normalizers.Lowercase(),
        normalizers.Replace(Regex("[\u064b-\u0652\u0670\u0640]"), ""),
        normalizers.Replace(Regex("[أإآٱ]"), "ا"), normalizers.Replace("ى", "ي"), normalizers.Replace("ة", "ه"),
    ])  # fmt: skip
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN_SPLIT), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])  # fmt: skip
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1600, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), min_frequency=10
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=END)


def _corpus() -> Iterator[str]:
    rng = random.Random(0)
    for seed in range(4000):
        for language in LANGUAGES:
            yield text_of(sample_plan(seed), language, rng)
            yield lyrics("", language)


def build_encoder(tokenizer: PreTrainedTokenizerFast) -> Qwen3Model:
    torch.manual_seed(0)
    encoder = Qwen3Model(Qwen3Config(
        hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=4, num_key_value_heads=4, head_dim=48,
        intermediate_size=576, vocab_size=len(tokenizer), max_position_embeddings=4096, tie_word_embeddings=True,
        pad_token_id=0, eos_token_id=0, bos_token_id=None,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
    ))  # fmt: skip
    # Embeddings as large as what the layers add, or single words drown in the stream.
    nn.init.normal_(encoder.embed_tokens.weight, std=1.0)
    for layer in encoder.layers:
        for out in (layer.self_attn.o_proj, layer.mlp.down_proj):
            out.weight.data.mul_(0.25)
    return encoder


def tokenize(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> tuple[Tensor, Tensor]:
    """Ids, padded on the right, and lengths."""
    rows = tokenizer(texts)["input_ids"]
    lengths = torch.tensor([len(row) for row in rows])
    padded = torch.zeros(len(rows), int(lengths.max()), dtype=torch.long)
    for row, ids in zip(padded, rows, strict=True):
        row[: len(ids)] = torch.tensor(ids)
    return padded.to(device()), lengths.to(device())


class Heads(nn.Module):
    """Reads all fields off the last token, which has seen the whole text."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes = [len(values) for values in FIELDS.values()]
        self.linear = nn.Linear(WIDTH, sum(self.sizes))

    def forward(self, states: Tensor, lengths: Tensor) -> list[Tensor]:
        last = states[torch.arange(len(states)), lengths - 1].float()
        return list(self.linear(last).split(self.sizes, dim=1))


@torch.no_grad()
def right_share(tokenizer: PreTrainedTokenizerFast, encoder: nn.Module, heads: Heads, language: str) -> float:
    """Share of held-out captions, nothing left out and nothing beside them, read entirely right."""
    plans, rng = [sample_plan(seed, held=True) for seed in range(300)], random.Random(1)
    texts = [prompt(caption(plan, language, rng, full=True)) for plan in plans]
    ids, lengths = tokenize(tokenizer, texts)
    guesses = torch.stack([out.argmax(1) for out in heads(encoder(ids).last_hidden_state, lengths)], 1).cpu()
    return (guesses == torch.tensor([plan.labels() for plan in plans])).all(1).float().mean().item()


def train(minutes: float) -> tuple[PreTrainedTokenizerFast, Qwen3Model]:
    folder = home() / "text"
    if not (folder / "tokenizer.json").exists():
        build_tokenizer().save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    if (folder / "config.json").exists():
        encoder = Qwen3Model.from_pretrained(folder, dtype=torch.float32)
        return tokenizer, encoder.to(device()).eval().requires_grad_(False)
    encoder, heads = build_encoder(tokenizer).to(device()), Heads().to(device())
    both = nn.ModuleList([encoder, heads])
    optimizers = Optimizers(both, muon=2e-3, adam=2e-3, not_muon=("embed_tokens", "linear"), decay=0.05)
    state, step = load(home() / "text.pt"), 0
    if state:
        both.load_state_dict(state["model"])
        optimizers.load_state_dict(state["optimizers"])
        step = state["step"]
    clock = Clock(minutes, state["spent"] if state else 0.0, "text")
    while not clock.done:
        loss = _loss(tokenizer, encoder, heads, step)
        optimizers.step(loss, min(1.0, (step + 1) / 50) * clock.rate())
        step += 1
        clock.tick(f"step {step} loss {loss.item():.4f}")
        if clock.time_to_save():
            states = {"model": both.state_dict(), "optimizers": optimizers.state_dict()}
            save({**states, "step": step, "spent": clock.spent}, home() / "text.pt")
            shares = ", ".join(f"{name} {right_share(tokenizer, encoder, heads, name):.3f}" for name in LANGUAGES)
            clock.bar.write(f"text step {step}: held-out captions read entirely right: {shares}")
    encoder.save_pretrained(folder)
    return tokenizer, encoder.eval().requires_grad_(False)


def _loss(tokenizer: PreTrainedTokenizerFast, encoder: Qwen3Model, heads: Heads, step: int) -> Tensor:
    rng = random.Random(f"song-text-{step}")
    plans = [sample_plan(rng.randrange(10**9)) for _ in range(BATCH)]
    ids, lengths = tokenize(tokenizer, [text_of(plan, LANGUAGES[i % 2], rng) for i, plan in enumerate(plans)])
    with autocast():
        states = encoder(ids).last_hidden_state
    labels = torch.tensor([plan.labels() for plan in plans], device=ids.device)
    losses = [F.cross_entropy(out, labels[:, i]) for i, out in enumerate(heads(states, lengths))]
    return torch.stack(losses).mean()

"""Stage 2: the tokenizer and the text encoder, taught to read a caption's meaning.

The encoder first learns to name every field of the spec from the caption. Without this
the transformer never notices words that change little of the picture, like colours.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast, Qwen3VLConfig, Qwen3VLForConditionalGeneration

from training.captions import LANGUAGES, caption
from training.common import Clock, autocast, device, home, load, save
from training.optim import Optimizers
from training.scenes import FIELDS, Spec, sample_spec

# The pipeline's own frame around every prompt; its system part is dropped afterwards.
SYSTEM = "<|im_start|>system\nComprehend and analyze the provided prompt.<|im_end|>\n"
TEMPLATE = SYSTEM + "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
           "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"]  # fmt: skip
QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
WIDTH, LAYERS, BATCH = 192, 3, 128


def build_tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level BPE over the captions, so that most words are one token and none is unknown."""
    tokenizer = Tokenizer(models.BPE())
    # Case, tashkeel, tatweel and the spellings of alef, yeh and teh marbuta carry no meaning here.
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
        vocab_size=1600, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), min_frequency=20
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    extra = {"additional_special_tokens": SPECIAL[1:]}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=SPECIAL[0], pad_token=SPECIAL[0], **extra)


def _corpus() -> Iterator[str]:
    rng = random.Random(0)
    for seed in range(12_000):
        for language in LANGUAGES:
            yield caption(sample_spec(seed), language, rng)
    for _ in range(40):
        yield TEMPLATE.format("Picture 1: ")


def build_encoder(tokenizer: PreTrainedTokenizerFast) -> Qwen3VLForConditionalGeneration:
    token = tokenizer.convert_tokens_to_ids
    config = Qwen3VLConfig(
        text_config={
            "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": 4, "num_key_value_heads": 4,
            "head_dim": 48, "intermediate_size": 576, "vocab_size": len(tokenizer), "max_position_embeddings": 4096,
            "pad_token_id": 0, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0,
                                                   "mrope_section": [8, 8, 8], "mrope_interleaved": True},
        },
        vision_config={
            "depth": 1, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "patch_size": 16,
            "spatial_merge_size": 2, "temporal_patch_size": 2, "out_hidden_size": WIDTH,
            "num_position_embeddings": 256, "deepstack_visual_indexes": [],
        },
        image_token_id=token("<|image_pad|>"), video_token_id=token("<|video_pad|>"),
        vision_start_token_id=token("<|vision_start|>"), vision_end_token_id=token("<|vision_end|>"),
        tie_word_embeddings=True,
    )  # fmt: skip
    torch.manual_seed(0)
    encoder = Qwen3VLForConditionalGeneration(config)
    # Embeddings as large as what the layers add, or single words drown in the stream.
    nn.init.normal_(encoder.model.language_model.embed_tokens.weight, std=1.0)
    for layer in encoder.model.language_model.layers:
        for out in (layer.self_attn.o_proj, layer.mlp.down_proj):
            out.weight.data.mul_(0.25)
    return encoder


def hidden(encoder: Qwen3VLForConditionalGeneration, ids: Tensor) -> Tensor:
    """The last layer before the final norm, which is what the pipeline feeds the transformer.

    Padding goes to the right: a causal model never looks there.
    """
    model = encoder.model.language_model
    hook = model.norm.register_forward_hook(lambda _module, args, _out: args[0])
    try:
        return model(input_ids=ids, use_cache=False).last_hidden_state
    finally:
        hook.remove()


def tokenize(tokenizer: PreTrainedTokenizerFast, captions: list[str]) -> tuple[Tensor, Tensor]:
    """Ids, padded on the right, and lengths."""
    rows = tokenizer([TEMPLATE.format(text) for text in captions], add_special_tokens=False)["input_ids"]
    lengths = torch.tensor([len(row) for row in rows])
    padded = torch.zeros(len(rows), int(lengths.max()), dtype=torch.long)
    for row, ids in zip(padded, rows, strict=True):
        row[: len(ids)] = torch.tensor(ids)
    return padded.to(device()), lengths.to(device())


class Heads(nn.Module):
    """Reads all fields off the last token, which has seen the whole caption."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes = [len(values) for values in FIELDS.values()]
        self.linear = nn.Linear(WIDTH, sum(self.sizes))

    def forward(self, states: Tensor, lengths: Tensor) -> list[Tensor]:
        last = states[torch.arange(len(states)), lengths - 1].float()
        return list(self.linear(F.rms_norm(last, (WIDTH,))).split(self.sizes, dim=1))


def right_share(tokenizer: PreTrainedTokenizerFast, encoder: nn.Module, heads: Heads, language: str) -> float:
    """Share of held-out captions, nothing left out, of which every field is read correctly."""
    specs = [sample_spec(seed, held=True) for seed in range(400)]
    rng = random.Random(1)
    with torch.no_grad():
        ids, lengths = tokenize(tokenizer, [caption(spec, language, rng, full=True) for spec in specs])
        guesses = torch.stack([out.argmax(1) for out in heads(hidden(encoder, ids), lengths)], 1).cpu()
    return (guesses == torch.tensor([spec.labels() for spec in specs])).all(1).float().mean().item()


def train(minutes: float) -> tuple[PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration]:
    folder = home() / "text"
    if (folder / "config.json").exists():
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        encoder = Qwen3VLForConditionalGeneration.from_pretrained(folder, torch_dtype=torch.float32)
        return tokenizer, encoder.to(device()).eval().requires_grad_(False)
    tokenizer = _tokenizer(folder)
    encoder, heads = build_encoder(tokenizer).to(device()), Heads().to(device())
    both = nn.ModuleList([encoder.model.language_model, heads])
    optimizers = Optimizers(both, muon=2e-3, adam=2e-3, not_muon=("embed_tokens", "linear"), decay=0.05)
    state, step = load(home() / "text.pt"), 0
    if state:
        both.load_state_dict(state["model"])
        optimizers.load_state_dict(state["optimizers"])
        step = state["step"]
    clock = Clock(minutes, state["spent"] if state else 0.0, "text")
    while not clock.done:
        loss = _loss(tokenizer, encoder, heads, step)
        optimizers.step(loss, min(1.0, (step + 1) / 100) * clock.rate())
        step += 1
        clock.tick(f"step {step} loss {loss.item():.4f}")
        if clock.time_to_save():
            states = {"model": both.state_dict(), "optimizers": optimizers.state_dict()}
            save({**states, "step": step, "spent": clock.spent}, home() / "text.pt")
            shares = ", ".join(f"{name} {right_share(tokenizer, encoder, heads, name):.3f}" for name in LANGUAGES)
            clock.bar.write(f"text step {step}: held-out captions read entirely right: {shares}")
    encoder.save_pretrained(folder)
    return tokenizer, encoder.eval().requires_grad_(False)


def _tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    if not (folder / "tokenizer.json").exists():
        build_tokenizer().save_pretrained(folder)
    return PreTrainedTokenizerFast.from_pretrained(folder)


def _loss(tokenizer: PreTrainedTokenizerFast, encoder: nn.Module, heads: Heads, step: int) -> Tensor:
    rng = random.Random(f"text-{step}")
    specs: list[Spec] = [sample_spec(rng.randrange(10**9)) for _ in range(BATCH)]
    texts = [caption(spec, LANGUAGES[i % 2], rng) for i, spec in enumerate(specs)]
    ids, lengths = tokenize(tokenizer, texts)
    with autocast():
        states = hidden(encoder, ids)
    labels = torch.tensor([spec.labels() for spec in specs], device=ids.device)
    losses = [F.cross_entropy(out, labels[:, i]) for i, out in enumerate(heads(states, lengths))]
    return torch.stack(losses).mean()

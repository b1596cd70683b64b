"""How well a starter obeys held-out captions, as read by a classifier.

    python -m training.judge starters/image --pictures 128

The classifier has only ever seen rendered specs, softened the way the autoencoder softens
them. It reads the fields off each generated picture; its own reading of true renders is
printed beside, as the ceiling, and of pictures for other captions, as the floor.
"""

from __future__ import annotations

import argparse
import random
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageFilter
from torch import Tensor, nn

from training.bundle import load_folder
from training.captions import LANGUAGES, caption
from training.common import home
from training.draw import draw
from training.scenes import FIELDS, NONE, Spec, sample_spec
from training.sheet import make, tile

SIDE, BATCH = 64, 64
ROWS = {  # what is measured, over the captions that say it
    "place": ("place",), "time of day": ("time",), "weather": ("weather",), "thing": ("thing",),
    "colour of the thing": ("color",), "count": ("count",), "background": ("background",), "left or right": ("side",),
    "second thing": ("thing2", "color2"),
}  # fmt: skip


class Classifier(nn.Module):
    """Four convolutions and a linear head per field."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 32, 64, 96, 128)
        layers: list[nn.Module] = []
        for narrow, wide in pairwise(widths):
            layers += [nn.Conv2d(narrow, wide, 3, stride=2, padding=1), nn.BatchNorm2d(wide), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(widths[-1] * 16, 256), nn.ReLU())
        self.sizes = [len(values) for values in FIELDS.values()]
        self.head = nn.Linear(256, sum(self.sizes))

    def forward(self, x: Tensor) -> list[Tensor]:
        return list(self.head(self.body(x)).split(self.sizes, dim=1))


def tensor(image: Image.Image) -> Tensor:
    small = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32)
    return torch.from_numpy(small).permute(2, 0, 1) / 127.5 - 1


def softened(image: Image.Image, rng: random.Random) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 2.0)))


def train_classifier(steps: int = 900) -> Classifier:
    """Trained once and kept; held-out specs are not in its training either."""
    path = home() / "judge.pt"
    torch.manual_seed(0)
    model = Classifier()
    if path.exists():
        model.load_state_dict(torch.load(path, weights_only=True))
        return model.eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    for step in range(steps):
        rng = random.Random(f"judge-{step}")
        seeds = [rng.randrange(10**9) for _ in range(BATCH)]
        specs = [sample_spec(seed) for seed in seeds]
        images = torch.stack([tensor(softened(draw(spec, seed), rng)) for spec, seed in zip(specs, seeds, strict=True)])
        labels = torch.tensor([spec.labels() for spec in specs])
        noisy = images + torch.randn_like(images) * rng.uniform(0, 0.1)
        loss = torch.stack([F.cross_entropy(out, labels[:, i]) for i, out in enumerate(model(noisy))]).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 200 == 199:
            print(f"classifier step {step + 1} loss {loss.item():.3f}", flush=True)
    torch.save(model.state_dict(), path)
    return model.eval()


@torch.no_grad()
def obeyed(model: Classifier, specs: list[Spec], images: list[Image.Image]) -> dict[str, float]:
    """Share of pictures in which each row's fields are what the spec says."""
    guesses = torch.stack([out.argmax(1) for out in model(torch.stack([tensor(image) for image in images]))], 1)
    right = guesses == torch.tensor([spec.labels() for spec in specs])
    names, shares = list(FIELDS), {}
    for row, fields in ROWS.items():
        said = torch.tensor([getattr(spec, fields[0]) not in (NONE, "0") for spec in specs])
        columns = right[:, [names.index(field) for field in fields]].all(1)
        shares[row] = columns[said].float().mean().item() if said.any() else float("nan")
    shares["everything"] = right.all(1).float().mean().item()
    return shares


def judge(folder: Path, count: int, only: str | None) -> str:
    """The table, in Markdown. Also leaves a sheet of the pictures in the state folder."""
    model, pipeline = train_classifier(), load_folder(folder)
    specs = [sample_spec(seed, held=True, kind=only) for seed in range(count)]
    columns: dict[str, dict[str, float]] = {}
    renders = [draw(spec, 10**6 + i) for i, spec in enumerate(specs)]
    columns["true renders"] = obeyed(model, specs, renders)
    started = time.monotonic()
    for language in LANGUAGES:
        rng = random.Random(7)
        texts = [caption(spec, language, rng, full=True) for spec in specs]
        images = [make(pipeline, text, seed) for seed, text in enumerate(texts)]
        columns[language] = obeyed(model, specs, images)
        tile(images[:48], 12).save(home() / f"judge-{folder.name}-{language}.png")
    seconds = (time.monotonic() - started) / (2 * count)
    columns["other captions"] = obeyed(model, specs[1:] + specs[:1], images)
    lines = ["| obeyed | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    lines += [
        f"| {row} | " + " | ".join(f"{100 * c[row]:.0f} %" for c in columns.values()) + " |"
        for row in (*ROWS, "everything")
    ]
    return "\n".join([*lines, f"\n{count} held-out specs, 16 steps, guidance 3, {seconds:.2f} s a picture."])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.judge", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=128, help="held-out specs, each in both languages")
    parser.add_argument("--kind", choices=FIELDS["kind"], help="only this kind of picture")
    options = parser.parse_args()
    print(judge(options.folder, options.pictures, options.kind))


if __name__ == "__main__":
    main()

"""Train the image starter: autoencoder, text encoder, transformer; then export it.

    python -m training.image --minutes 120          # starts, or goes on where it ended
    python -m training.image export starters/image  # the folder `from_pretrained` loads

All state lies in TRAIN_DIR (default var/training). Delete a stage's folder to redo it.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # waiting threads must not burn the other core

from training import autoencoder, text
from training.beside import write_beside
from training.bundle import assemble, save_folder
from training.common import home, load
from training.pool import Pool
from training.recipe import recipe
from training.transformer import Trainer, build, train

SHARES = {"autoencoder": 0.08, "text": 0.03}  # of the whole time; the transformer has the rest


def run(minutes: float, start: Path | None) -> None:
    if start and not (home() / "text").exists():
        shutil.copytree(start / "vae", home() / "vae")
        shutil.copytree(start / "text_encoder", home() / "text")
        shutil.copytree(start / "processor", home() / "text", dirs_exist_ok=True)
    vae = autoencoder.train(minutes * SHARES["autoencoder"])
    tokenizer, encoder = text.train(minutes * SHARES["text"])
    train(Trainer(vae, tokenizer, encoder, start), minutes * (1 - sum(SHARES.values())))
    print("trained; `python -m training.image export FOLDER` writes it out")


def export(folder: Path) -> None:
    state = load(home() / "transformer.pt")
    if state is None:
        raise SystemExit(f"nothing trained yet in {home()}: run python -m training.image first")
    vae = autoencoder.train(0)
    tokenizer, encoder = text.train(0)
    model = build(recipe())
    model.load_state_dict(state["ema"])
    encoder.model.language_model.load_state_dict(state["read"])
    pool = Pool(home() / "latents", vae)
    save_folder(assemble(vae, tokenizer, encoder, model.eval()), folder)
    write_beside(pool, folder)
    print(f"wrote {folder}: step {state['step']}, {state['spent'] / 60:.0f} minutes of transformer training")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.image", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=120, help="training time in all, pauses not counted")
    parser.add_argument("--from", dest="start", type=Path, help="a starter to go on from")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("export", help="write the starter folder").add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.command == "export":
        export(options.folder)
    else:
        run(options.minutes, options.start)


if __name__ == "__main__":
    main()

"""Train the song starter: text encoder, transformer, decoder; then export it.

    python -m training.song --minutes 120         # starts, or goes on where it ended
    python -m training.song export starters/song  # the folder `from_pretrained` loads

All state lies in TRAIN_DIR/song (default var/training/song). Delete a stage's state to redo it.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # waiting threads must not burn the other core

from training.common import load
from training.song import decoder, text
from training.song.autoencoder import build, kernel
from training.song.beside import write_beside
from training.song.bundle import assemble, save_folder
from training.song.data import Notes, waves
from training.song.state import home
from training.song.transformer import Trainer, train
from training.song.transformer import build as build_transformer

SHARES = {"text": 0.03, "decoder": 0.10}  # of the whole time; the transformer has the rest


def run(minutes: float, start: Path | None) -> None:
    """The encoder needs no training, so the decoder can wait: the transformer's latents are known already."""
    if start and not (home() / "text").exists():
        shutil.copytree(start / "text_encoder", home() / "text")
        shutil.copytree(start / "tokenizer", home() / "text", dirs_exist_ok=True)
    tokenizer, encoder = text.train(minutes * SHARES["text"])
    notes = Notes(kernel(build(waves(range(400)))))
    train(Trainer(notes, tokenizer, encoder, start), minutes * (1 - sum(SHARES.values())))
    decoder.train(minutes * SHARES["decoder"])
    print("trained; `python -m training.song export FOLDER` writes it out")


def export(folder: Path) -> None:
    state = load(home() / "transformer.pt")
    if state is None:
        raise SystemExit(f"nothing trained yet in {home()}: run python -m training.song first")
    tokenizer, encoder = text.train(0)
    model = build_transformer()
    model.load_state_dict({**state["model"], **state["ema"]})
    vae = decoder.train(0)
    save_folder(assemble(vae, tokenizer, encoder, model["condition"].eval(), model["transformer"].eval()), folder)
    write_beside(folder)
    print(f"wrote {folder}: step {state['step']}, {state['spent'] / 60:.0f} minutes of transformer training")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.song", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=120, help="training time in all, pauses not counted")
    parser.add_argument("--from", dest="start", type=Path, help="a song starter to go on from instead of from nothing")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("export", help="write the starter folder").add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.command == "export":
        export(options.folder)
    else:
        run(options.minutes, options.start)


if __name__ == "__main__":
    main()

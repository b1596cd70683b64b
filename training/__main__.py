"""`python -m training [image|song]`: what `make train` runs. Without a name the image starter, then the song."""

from __future__ import annotations

import sys

from training import image
from training.song import __main__ as song

if __name__ == "__main__":
    named = sys.argv.pop(1) if sys.argv[1:2] in (["image"], ["song"]) else None
    if named != "song":
        image.main()
    if named != "image":
        song.main()

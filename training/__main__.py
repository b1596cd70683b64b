"""`python -m training [image]`: what `make train` runs."""

from __future__ import annotations

import sys

from training import image

if __name__ == "__main__":
    if sys.argv[1:2] == ["image"]:
        del sys.argv[1]
    image.main()

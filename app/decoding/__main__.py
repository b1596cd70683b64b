"""`python -m app.decoding KIND PIXELS SECONDS`: a foreign file on stdin, the new one on stdout, the verdict on stderr.

Both files were opened by the parent, so this process needs no path and no right to any.
"""

import os
import sys

import msgspec

from app.decoding.confine import confine
from app.decoding.verdict import Facts, Limits, Refused, Wrong


def main(kind: str, limits: Limits) -> Facts | Wrong:
    if kind == "image":
        from app.decoding.pictures import rewrite
    else:
        from app.decoding.sounds import rewrite
    confine()
    with os.fdopen(0, "rb") as source, os.fdopen(1, "w+b") as target:
        try:
            return rewrite(source, target, limits)
        except Refused as refused:
            return Wrong(refused.trouble)
        # A decoder may raise anything at all over what somebody made up for it.
        except Exception:
            return Wrong("unreadable")


if __name__ == "__main__":
    # Libraries in C write their complaints to stderr; they get another one.
    say = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    verdict = main(sys.argv[1], Limits(int(sys.argv[2]), float(sys.argv[3])))
    os.write(say, msgspec.json.encode(verdict))
    os._exit(0)

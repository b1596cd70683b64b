"""`python -m app.decoding`: a foreign file on stdin, the verdict as one line of JSON on stderr.

`rewrite KIND PIXELS SECONDS` writes it anew to stdout; `look CERTIFICATES` says where it comes from. Files were opened
by the parent, so this process needs no path and no right to any.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO

import msgspec

from app.decoding.confine import confine
from app.decoding.verdict import Facts, Limits, Refused, Seen, Wrong

Job = Callable[[IO[bytes], IO[bytes]], Facts | Seen]


def job(what: str, *arguments: str) -> Job:
    """Everything it needs is imported here, before the process is confined."""
    if what == "look":
        from app.decoding.provenance import look

        return lambda source, _: look(source, arguments[0].encode())
    from app.decoding.provenance import history

    kind, pixels, seconds = arguments
    if kind == "image":
        from app.decoding.pictures import rewrite
    else:
        from app.decoding.sounds import rewrite
    limits = Limits(int(pixels), float(seconds))

    def anew(source: IO[bytes], target: IO[bytes]) -> Facts:
        facts = rewrite(source, target, limits)
        with suppress(Refused):  # a signature that cannot be read is none
            signer, machine = history(source)
            facts = msgspec.structs.replace(facts, signer=signer, machine=machine)
        return facts

    return anew


def main(do: Job) -> Facts | Seen | Wrong:
    confine()
    with os.fdopen(0, "rb") as source, os.fdopen(1, "w+b") as target:
        try:
            return do(source, target)
        except Refused as refused:
            return Wrong(refused.trouble)
        # A decoder may raise anything at all over what somebody made up for it.
        except Exception:
            return Wrong("unreadable")


if __name__ == "__main__":
    # Libraries in C write their complaints to stderr; they get another one.
    say = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    verdict = main(job(*sys.argv[1:]))
    os.write(say, msgspec.json.encode(verdict))
    os._exit(0)

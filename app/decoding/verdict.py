"""What the child says in the end, as one line of JSON."""

from typing import Literal

import msgspec

Trouble = Literal["unreadable", "incomplete", "too_large", "too_long", "too_short", "too_slow", "busy"]


class Limits(msgspec.Struct, frozen=True):
    pixels: int
    seconds: float


class Facts(msgspec.Struct, frozen=True, tag="facts"):
    """Of the file that was written anew, counted and not read from a header."""

    width: int = 0
    height: int = 0
    seconds: float = 0.0
    thumb: bytes = b""


class Wrong(msgspec.Struct, frozen=True, tag="wrong"):
    trouble: Trouble


class Refused(Exception):
    """Raised inside the child where it is plain what is the matter; anything else counts as unreadable."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble

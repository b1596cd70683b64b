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
    likeness: str = ""
    "How a picture looks, as 256 bits; much the same for the same picture smaller, or saved with loss."
    heard: str = ""
    "How a sound is heard, much the same in other formats; app/decoding/hearing.py says how."
    signer: str = ""
    "Who had signed the foreign file, as far as the signature fits."
    machine: bool = False
    "The foreign file said that a model had made it."


class Seen(msgspec.Struct, frozen=True, tag="seen", kw_only=True):
    """What a file says of where it comes from, and how much of that is proven. Strings are somebody else's."""

    signed: bool = False
    ours: bool = False
    "The signature is by one of the certificates that were given."
    intact: bool = False
    "Nothing was changed since it was signed, neither the file nor what is said of it."
    machine: bool = False
    "It says that a model made it: proven if signed and intact, else only said."
    signer: str = ""
    id: str = ""
    parts: int = 0
    "How many other signed files it says it was made from."


class Wrong(msgspec.Struct, frozen=True, tag="wrong"):
    trouble: Trouble


class Refused(Exception):
    """Raised inside the child where it is plain what is the matter; anything else counts as unreadable."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble

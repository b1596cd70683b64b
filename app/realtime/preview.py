"""A preview on the wire: the same bytes from the worker through Redis to the browser.

0      version, 1 (so that no preview ever looks like a JSON event, which starts with "{")
1-16   generation id
17     which picture of the generation, from 0
18     attempt
19-20  step, big endian
21-22  total steps, big endian
23-    a JPEG
"""

import struct
from typing import NamedTuple
from uuid import UUID

HEADER = struct.Struct(">B16sBBHH")
VERSION = 1


class Preview(NamedTuple):
    generation_id: UUID
    position: int
    attempt: int
    step: int
    total_steps: int
    image: bytes


def pack(preview: Preview) -> bytes:
    identity = preview.generation_id.bytes
    return HEADER.pack(VERSION, identity, preview.position, preview.attempt, preview.step, preview.total_steps) + (
        preview.image
    )


def unpack(data: bytes) -> Preview:
    """ValueError for bytes that are no preview."""
    if len(data) < HEADER.size or data[0] != VERSION:
        raise ValueError("not a preview")
    _, identity, position, attempt, step, total_steps = HEADER.unpack_from(data)
    return Preview(UUID(bytes=identity), position, attempt, step, total_steps, data[HEADER.size :])


def is_preview(data: bytes) -> bool:
    return data[:1] == bytes([VERSION])

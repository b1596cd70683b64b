"""The bytes of our own files without what they say of themselves: whoever only looks or listens learns no names.

A song may bear its maker's name, and a signature may name whoever had signed what it was made from.
"""

PIXELS = {b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"}
EXTENDED, SAYS_MORE = b"VP8X", 0x0C
"A WebP's list of what is in it, and its bits for EXIF and XMP."


def picture(webp: bytes) -> bytes:
    """Its pixels and their colours. Nothing, if it is no WebP."""
    if webp[:4] != b"RIFF" or webp[8:12] != b"WEBP":
        return b""
    kept, at = bytearray(), 12
    while at + 8 <= len(webp):
        name, size = webp[at : at + 4], int.from_bytes(webp[at + 4 : at + 8], "little")
        chunk = webp[at : (at := at + 8 + size + size % 2)]
        if name == EXTENDED:
            kept += chunk[:8] + bytes([chunk[8] & ~SAYS_MORE]) + chunk[9:]
        elif name in PIXELS:
            kept += chunk
    return b"RIFF" + (4 + len(kept)).to_bytes(4, "little") + b"WEBP" + bytes(kept)


def sound(mp3: bytes) -> bytes:
    """What is behind its tag (ID3v2, whose length has seven bits in each byte)."""
    if mp3[:3] != b"ID3" or len(mp3) < 10:
        return mp3
    size = mp3[6] << 21 | mp3[7] << 14 | mp3[8] << 7 | mp3[9]
    return mp3[10 + size :]

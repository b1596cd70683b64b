"""What a file is, by its first bytes: names and headers are only what somebody says."""

from typing import Literal

Kind = Literal["image", "sound"]

ENOUGH = 16
"So many bytes decide; a shorter file is nothing we know."

# Kinds of "ISO media" that hold sound; pictures such as HEIC and AVIF come in the same box.
SOUND_BRANDS = {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso5", b"iso6", b"dash"}


def kind_of(start: bytes) -> Kind | None:
    return "image" if is_picture(start) else "sound" if sound_format(start) else None


def is_picture(start: bytes) -> bool:
    webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    return webp or start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))


def sound_format(start: bytes) -> str | None:
    """The one demuxer that may read it. Playlists, which make ffmpeg open other things, are not among them."""
    if start[:4] in {b"RIFF", b"RIFX"} and start[8:12] == b"WAVE":
        return "wav"
    if start[:4] == b"FORM" and start[8:12] in {b"AIFF", b"AIFC"}:
        return "aiff"
    if start[4:8] == b"ftyp" and start[8:12] in SOUND_BRANDS:
        return "mov"
    for signature, name in ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"ID3", "mp3"), (b"\x1aE\xdf\xa3", "matroska")):
        if start.startswith(signature):
            return name
    return _bare_frames(start)


def credentials_format(start: bytes) -> str | None:
    """The media type in which a file of this kind carries its signature, if it can carry one."""
    if start.startswith(b"\x89PNG"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return {"flac": "audio/flac", "mp3": "audio/mpeg", "mov": "audio/mp4", "wav": "audio/wav"}.get(
        sound_format(start) or ""
    )


def _bare_frames(start: bytes) -> str | None:
    """MPEG audio without a tag in front: eleven bits set, then its layer. The third is MP3, none at all is AAC."""
    if len(start) < 4 or start[0] != 0xFF or start[1] & 0xE0 != 0xE0:
        return None
    layer = start[1] & 0x06
    return "aac" if start[1] & 0xF6 == 0xF0 else "mp3" if layer == 0x02 else None

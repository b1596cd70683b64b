"""Files as people have them and as attackers make them, made here byte by byte or by real encoders."""

import struct
import zlib
from functools import lru_cache
from io import BytesIO

import av
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(size: tuple[int, int] = (64, 48), form: str = "PNG", **options: object) -> bytes:
    written = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(written, form, **options)
    return written.getvalue()


def saved(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    written = BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def noise(side: int, form: str = "PNG", **options: object) -> bytes:
    """What no encoder makes small; as a JPEG many times smaller than as a PNG."""
    written = BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(written, form, **options)
    return written.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunk(png: bytes, name: bytes, data: bytes) -> bytes:
    """Right behind the header, where readers take it in."""
    return png[:33] + chunk(name, data) + png[33:]


def chunks(png: bytes) -> list[bytes]:
    names, at = [], 8
    while at < len(png):
        length = struct.unpack(">I", png[at : at + 4])[0]
        names.append(png[at + 4 : at + 8])
        at += 12 + length
    return names


def bomb(width: int, height: int) -> bytes:
    """A whole PNG of one bit a pixel: a few kilobytes that want hundreds of megabytes."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = b"\0" * (1 + (width + 7) // 8)
    packer, packed = zlib.compressobj(9), []
    for _ in range(height):
        packed.append(packer.compress(row))
    packed.append(packer.flush())
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", b"".join(packed)) + chunk(b"IEND", b"")


@lru_cache(maxsize=4)
def sound(seconds: float = 1.0, form: str = "flac", codec: str = "", rate: int = 8000, channels: int = 1) -> bytes:
    """Silence, through the real encoder; `form` is the box and `codec` what is in it."""
    codec = codec or {"wav": "pcm_s16le", "ogg": "libopus", "mp4": "aac", "webm": "libopus"}.get(form, form)
    layout = "mono" if channels == 1 else "stereo"
    written = BytesIO()
    with av.open(written, "w", format=form) as box:
        out = box.add_stream(codec, rate=rate, layout=layout, options={"strict": "-2"})
        shaper = av.AudioResampler(format=out.format, layout=layout, rate=rate, frame_size=out.frame_size or 4096)
        left = int(seconds * rate)
        while left > 0:
            frame = av.AudioFrame(format="s16", layout=layout, samples=min(left, 65536))
            frame.sample_rate = rate
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            left -= frame.samples
            for piece in shaper.resample(frame):
                box.mux(out.encode(piece))
        for piece in shaper.resample(None):
            box.mux(out.encode(piece))
        box.mux(out.encode(None))
    return written.getvalue()


def wav(rate: int = 8000, channels: int = 1, samples: int = 4800, claims: int | None = None) -> bytes:
    data = b"\0\0" * samples
    size = len(data) if claims is None else claims
    form = struct.pack("<HHIIHH", 1, channels, rate, (rate * channels * 2) & 0xFFFFFFFF, (channels * 2) & 0xFFFF, 16)
    head = b"RIFF" + struct.pack("<I", 0xFFFFFFFF if claims else 36 + size) + b"WAVEfmt " + struct.pack("<I", 16)
    return head + form + b"data" + struct.pack("<I", size) + data


def id3(*frames: tuple[bytes, bytes]) -> bytes:
    body = b"".join(name + struct.pack(">I", len(data)) + b"\0\0" + data for name, data in frames)
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + body


def cover(data: bytes) -> tuple[bytes, bytes]:
    return b"APIC", b"\0image/png\0\x03\0" + data


def flac_claiming(flac: bytes, samples: int) -> bytes:
    """The count of samples in STREAMINFO, 36 bits, rewritten."""
    at = 8 + 10
    packed = int.from_bytes(flac[at : at + 8], "big")
    packed = packed >> 36 << 36 | samples
    return flac[:at] + packed.to_bytes(8, "big") + flac[at + 8 :]


def flac_with_picture(flac: bytes, data: bytes) -> bytes:
    """A PICTURE block right behind STREAMINFO."""
    block = struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">IIIIII", 0, 1, 1, 24, 0, len(data)) + data
    return flac[:42] + bytes([6]) + len(block).to_bytes(3, "big") + block + flac[42:]


def photo(orientation: int = 1, trailing: bytes = b"") -> bytes:
    """A JPEG as a phone takes it: where, when, with what, and which way up. Red on the left, blue on the right."""
    image = Image.new("RGB", (64, 32), (220, 20, 20))
    image.paste((20, 20, 220), (32, 0, 64, 32))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0132] = orientation, "SecretCamera", "2026:11:23 04:00:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 2.0, 39.0), 3: "E", 4: (31.0, 14.0, 8.0), 29: "2026:11:23"})
    written = BytesIO()
    image.save(written, "JPEG", quality=95, exif=exif, comment=b"SecretComment")
    return written.getvalue() + trailing

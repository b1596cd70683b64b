"""A picture written anew: upright, in plain colours, its first frame only, and nothing but its pixels."""

import itertools
import warnings
from io import BytesIO
from typing import IO

from PIL import Image, ImageCms, ImageOps

from app.decoding.verdict import Facts, Limits, Refused

FORMATS = ["PNG", "JPEG", "WEBP"]
THUMB = 320
SEEN_AS, FEWEST_LIGHTER = 16, 24


def rewrite(source: IO[bytes], target: IO[bytes], limits: Limits) -> Facts:
    Image.MAX_IMAGE_PIXELS = limits.pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(source, formats=FORMATS) as opened:
            if opened.width * opened.height > limits.pixels:  # from the header, before a pixel is decoded
                raise Refused("too_large")
            flat = _flat(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_large") from None
    flat.info = {}
    # A low level of compression: forty million pixels must not take all of the seconds that we have.
    flat.save(target, "PNG", compress_level=3)
    return Facts(width=flat.width, height=flat.height, thumb=_thumb(flat), likeness=likeness(flat))


def likeness(picture: Image.Image) -> str:
    """Which of two neighbours is lighter, 16 times 16 of them: scaling and saving with loss change few of these bits.

    Empty for a picture that has next to nothing in it: all skies look alike.
    """
    small = picture.convert("L").resize((SEEN_AS + 1, SEEN_AS), Image.Resampling.LANCZOS)
    rows = [small.crop((0, row, SEEN_AS + 1, row + 1)).tobytes() for row in range(SEEN_AS)]
    bits = "".join("01"[left > right + 1] for row in rows for left, right in itertools.pairwise(row))
    return f"{int(bits, 2):064x}" if bits.count("1") >= FEWEST_LIGHTER else ""


def _flat(opened: Image.Image) -> Image.Image:
    opened.seek(0)
    opened.load()
    profile = opened.info.get("icc_profile")
    upright = ImageOps.exif_transpose(opened)
    if upright.mode.startswith("I"):  # sixteen bits a channel: Pillow would clip and not scale
        upright = upright.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if upright.mode in {"RGB", "CMYK", "L"} and profile:
        upright = _in_srgb(upright, profile)
    clear = upright.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in upright.info
    return upright.convert("RGBA" if clear else "RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The colours that its profile means; without this, dropping the profile would change them."""
    try:
        theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(picture, theirs, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a profile that is none


def _thumb(picture: Image.Image) -> bytes:
    small = picture.copy() if max(picture.size) <= THUMB else picture.reduce(max(1, max(picture.size) // (2 * THUMB)))
    small.thumbnail((THUMB, THUMB))
    written = BytesIO()
    small.save(written, "WEBP", quality=80)
    return written.getvalue()

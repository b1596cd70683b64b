"""Pictures that are rare and honest come out right: U18 of the threat list."""

from io import BytesIO

import pytest
from PIL import Image

from tests.people import Person
from tests.uploads import files
from tests.uploads.bringing import brought

EDGES = {
    "1x1": (files.picture((1, 1)), (1, 1)),
    "progressive": (files.picture((90, 60), "JPEG", progressive=True), (90, 60)),
    "webp": (files.picture((90, 60), "WEBP"), (90, 60)),
    "long and thin": (files.picture((4000, 1)), (4000, 1)),
}


@pytest.mark.parametrize("name", EDGES)
async def test_U18_unusual_pictures_are_right(alice: Person, name: str):
    data, size = EDGES[name]

    with Image.open(BytesIO(await brought(alice, data))) as stored:
        assert (stored.format, stored.size) == ("PNG", size) and stored.mode in {"RGB", "RGBA"}


def interlaced() -> bytes:
    """Adam7 of one pixel is one pixel: the flag alone says that readers take the other way."""
    header = files.struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 1)
    pixel = files.zlib.compress(b"\0\xc8\x64\x32")
    parts = files.chunk(b"IHDR", header) + files.chunk(b"IDAT", pixel) + files.chunk(b"IEND", b"")
    return files.SIGNATURE + parts


COLOURS = {
    "cmyk": (files.saved(Image.new("CMYK", (8, 8), (0, 155, 205, 55)), "JPEG", quality=100), (200, 78, 39)),
    "16 bit": (files.saved(Image.new("I;16", (8, 8), 200 * 257)), (200, 200, 200)),
    "1 bit": (files.saved(Image.new("1", (8, 8), 1)), (255, 255, 255)),
    "palette": (files.saved(Image.new("RGB", (8, 8), (10, 200, 30)).quantize(4)), (10, 200, 30)),
    "clear": (files.saved(Image.new("RGBA", (8, 8), (200, 100, 50, 128))), (200, 100, 50, 128)),
    "grey and clear": (files.saved(Image.new("LA", (8, 8), (99, 128))), (99, 99, 99, 128)),
    "interlaced": (interlaced(), (200, 100, 50)),
    "animated webp": (
        files.saved(Image.new("RGB", (8, 8), (250, 5, 5)), "WEBP", save_all=True, lossless=True,
              append_images=[Image.new("RGB", (8, 8), (5, 5, 250))]),
        (250, 5, 5),
    ),
    "animated png": (
        files.saved(Image.new("RGB", (8, 8), (250, 5, 5)), save_all=True,
              append_images=[Image.new("RGB", (8, 8), (5, 5, 250))]),
        (250, 5, 5),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COLOURS)
async def test_U18_the_colours_stay(alice: Person, name: str):
    data, colour = COLOURS[name]

    with Image.open(BytesIO(await brought(alice, data))) as stored:
        found = stored.getpixel((0, 0))
        assert getattr(stored, "n_frames", 1) == 1
    assert len(found) == len(colour) and all(abs(a - b) <= 4 for a, b in zip(found, colour, strict=True)), found


@pytest.mark.parametrize(
    ("orientation", "size", "first"),
    [(1, (64, 32), "red"), (3, (64, 32), "blue"), (6, (32, 64), "red"), (8, (32, 64), "blue")],
)
async def test_U18_a_rotated_photo_stands_upright(alice: Person, orientation: int, size: tuple[int, int], first: str):
    with Image.open(BytesIO(await brought(alice, files.photo(orientation)))) as stored:
        red, _, blue = stored.getpixel((3, 3))
        assert stored.size == size and ("red" if red > blue else "blue") == first

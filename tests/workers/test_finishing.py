"""What a finished picture leaves behind: four files, which say that a model made them and not what was asked for."""

import io
from uuid import uuid4

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app import storage
from app.domain.library import folder
from app.workers import finishing, provenance, shown
from app.workers.engine import Picture

KNOWN = {
    "jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "xmp", "XML:com.adobe.xmp", "xml",
}  # fmt: skip
SECRET = "a surprise party for Charlie"


def telltale() -> Image.Image:
    """A picture that carries its prompt in every way that Pillow knows, as some pipelines leave them."""
    image = Image.new("RGB", (640, 320), (200, 100, 40))
    image.info |= {"prompt": SECRET, "comment": SECRET.encode(), "pnginfo": PngInfo(), "xmp": SECRET.encode()}
    exif = image.getexif()
    exif[0x010E] = SECRET
    image.info["exif"] = exif.tobytes()
    return image


def test_no_file_tells_what_was_asked_for():
    for name, data in provenance.signed(shown.files(telltale()), uuid4()).items():
        assert SECRET.encode() not in data, name
        opened = Image.open(io.BytesIO(data))
        assert not dict(opened.getexif()), name
        assert set(opened.info) <= KNOWN, name


def test_each_file_has_its_size():
    sizes = {name: Image.open(io.BytesIO(data)).size for name, data in shown.files(telltale()).items()}

    assert sizes == {
        "original.png": (640, 320), "full.webp": (640, 320), "thumb.webp": (512, 256), "card.jpg": (1200, 630),
    }  # fmt: skip


@pytest.mark.parametrize("size", [(128, 128), (1664, 928), (928, 1664), (1328, 1328)])
def test_a_card_shows_the_whole_picture(size: tuple[int, int]):
    image = Image.new("RGB", size, (250, 0, 0))

    card = shown.card(image)

    box = card.convert("RGB").split()[0].point(lambda red: 255 if red > 200 else 0).getbbox()
    assert card.size == (1200, 630)
    assert box is not None
    assert abs((box[2] - box[0]) / (box[3] - box[1]) - size[0] / size[1]) < 0.02


def test_the_original_is_the_picture_to_the_bit():
    image = Image.effect_noise((64, 64), 90).convert("RGB")

    assert Image.open(io.BytesIO(shown.files(image)["original.png"])).tobytes() == image.tobytes()


async def test_what_was_stored_and_is_not_wanted_leaves_nothing(services: object, anyio_backend: object):
    picture = Picture(Image.new("RGB", (64, 64), (1, 2, 3)), seed=5)
    made = await finishing.store(picture, 0, shown.files(picture.image))
    assert len(await storage.keys(folder(made.id))) == 4
    assert (made.color, made.width, made.seed) == ("#010203", 64, 5)

    await finishing.discard([made])

    assert await storage.keys(folder(made.id)) == []


async def test_a_store_that_fails_in_the_middle_leaves_nothing(services: object, anyio_backend: object):
    before = set(await storage.keys("creations/"))
    files: dict[str, bytes] = shown.files(Image.new("RGB", (64, 64)))
    files["unwritable"] = None  # type: ignore[assignment]

    with pytest.raises((TypeError, ValueError)):
        await finishing.store(Picture(Image.new("RGB", (64, 64)), seed=5), 0, files)

    assert set(await storage.keys("creations/")) == before

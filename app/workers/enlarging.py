"""For models that draw small: more pixels with edges as clean as before."""

from typing import Any

from PIL import Image, ImageChops, ImageFilter

REACH = 5
"Pixels within which an edge may be steepened."


def enlarge(image: Image.Image, times: int) -> Image.Image:
    """Lanczos, then sharpened, but nowhere brighter or darker than the picture is within reach: no halos."""
    if times == 1:
        return image
    large = image.resize((image.width * times, image.height * times), Image.Resampling.LANCZOS)
    sharp = large.filter(ImageFilter.UnsharpMask(radius=3, percent=250, threshold=0))
    darkest, brightest = large.filter(ImageFilter.MinFilter(REACH)), large.filter(ImageFilter.MaxFilter(REACH))
    within: Any = ImageChops.lighter(ImageChops.darker(sharp, brightest), darkest)
    return within  # type: ignore[no-any-return]

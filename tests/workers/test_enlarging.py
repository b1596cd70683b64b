"""Pictures of small models: larger, with edges that are steeper and not framed by halos."""

import numpy as np
from PIL import Image

from app.workers.enlarging import enlarge


def edge() -> Image.Image:
    """Dark on the left, bright on the right, with the soft edge of a small decoder between."""
    row = np.concatenate([np.full(28, 60), np.linspace(60, 200, 8), np.full(28, 200)]).astype(np.uint8)
    return Image.fromarray(np.broadcast_to(row[None, :, None], (64, 64, 3)).copy())


def test_an_edge_gets_steeper_and_no_colour_appears_that_was_not_there():
    large = np.asarray(enlarge(edge(), 2), np.int16)[64, :, 0]
    plain = np.asarray(edge().resize((128, 128), Image.Resampling.LANCZOS), np.int16)[64, :, 0]

    assert np.diff(large).max() > 1.5 * np.diff(plain).max()
    assert (large.min(), large.max()) == (plain.min(), plain.max())


def test_a_model_that_draws_large_keeps_its_very_pixels():
    assert enlarge(edge(), 1).tobytes() == edge().tobytes()

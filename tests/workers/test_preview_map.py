"""The map from unfinished latents to colours: found again when there is one, and cheap to draw with."""

import numpy as np
from PIL import Image

from app.workers import preview

chance = np.random.default_rng(5)


def test_a_linear_map_is_found_again():
    """Pictures whose every pixel is a linear mix of its latent: the fit draws latents that it has never seen."""
    mix = chance.normal(0, 0.2, (4, 3)).astype(np.float32)

    def picture_of(latents: preview.Array) -> Image.Image:
        pixels = np.clip((latents @ mix) * 127.5 + 127.5, 0, 255).astype(np.uint8)
        return Image.fromarray(pixels.repeat(2, axis=0).repeat(2, axis=1))

    known = [chance.normal(0, 1, (16, 16, 4)).astype(np.float32) for _ in range(8)]
    weights = preview.fit([(latents, picture_of(latents)) for latents in known], side=2)
    unseen = chance.normal(0, 1, (16, 16, 4)).astype(np.float32)

    drawn, meant = preview.draw(weights, unseen), picture_of(unseen)

    assert np.abs(np.asarray(drawn, np.int16) - np.asarray(meant, np.int16)).mean() < 4


def test_a_drawing_has_a_patch_for_each_latent():
    for side in (1, 2, 4):
        weights = np.zeros((9 * 16 + 1, side * side * 3), np.float32)

        drawn = preview.draw(weights, np.zeros((6, 10, 16), np.float32))

        assert drawn.size == (10 * side, 6 * side)
        assert drawn.mode == "RGB"


def test_what_is_out_of_range_is_clipped_and_does_not_wrap_around():
    weights = np.zeros((10, 3), np.float32)
    weights[-1] = (900, -900, 127)

    assert preview.draw(weights, np.zeros((1, 1, 1), np.float32)).getpixel((0, 0)) == (255, 0, 127)


def test_a_kept_map_draws_the_same(tmp_path):
    weights = chance.normal(0, 13, (37, 12)).astype(np.float32)
    latents = chance.normal(0, 1, (8, 8, 4)).astype(np.float32)

    preview.save(tmp_path / "deep" / "map.safetensors", weights)
    kept = preview.load(tmp_path / "deep" / "map.safetensors")

    assert preview.load(tmp_path / "none.safetensors") is None
    assert kept is not None
    drawn, again = preview.draw(weights, latents), preview.draw(kept.astype(np.float32), latents)
    assert np.abs(np.asarray(drawn, np.int16) - np.asarray(again, np.int16)).max() <= 1

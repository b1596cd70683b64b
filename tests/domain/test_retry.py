"""Once more, exactly as before."""

import pytest

from app.domain import credits, generation, work
from app.errors import Conflict, NotFound
from tests.people import Person, asked, claimed, finished

EVERYTHING = {
    "negative_prompt": "fog", "num_inference_steps": 9, "true_cfg_scale": 2.5, "seed": 11, "num_images_per_prompt": 3,
}  # fmt: skip


async def test_every_parameter_is_kept_the_drawn_seed_included(alice: Person):
    first = await asked(alice.me, "a red fox", "private", **EVERYTHING)
    await work.fail(await claimed())

    again = await generation.retry(first.id, alice.me)

    assert again.params == first.params and first.params | EVERYTHING == first.params
    assert (again.model, again.visibility, again.cost) == (first.model, first.visibility, first.cost)
    assert again.retry_of == first.id and again.id != first.id


async def test_a_seed_that_was_drawn_is_kept_too(alice: Person):
    first, _ = await finished(alice.me)

    assert (await generation.retry(first.id, alice.me)).params["seed"] == first.params["seed"]


async def test_it_is_paid_for_again(alice: Person):
    first, _ = await finished(alice.me)
    have = await credits.balance(alice.me)

    await generation.retry(first.id, alice.me)

    assert await credits.balance(alice.me) == have - first.cost


async def test_what_has_not_ended_cannot_be_retried(alice: Person):
    row = await asked(alice.me)

    with pytest.raises(Conflict):
        await generation.retry(row.id, alice.me)


async def test_charlie_cannot_tell_that_it_exists(alice: Person, charlie: Person):
    first, _ = await finished(alice.me)

    with pytest.raises(NotFound):
        await generation.retry(first.id, charlie.me)

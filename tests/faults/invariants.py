"""Whatever was killed: nothing is lost, nothing doubled, nothing charged twice, and no bytes are without a row."""

from collections import Counter

from app import storage
from app.domain import books
from app.domain.library import folder
from app.models import Creation, Generation, LedgerEntry, Status
from app.models.generations import FINISHED

ENDS = ("hold", "release", "capture")
FILES = {"original.png", "full.webp", "thumb.webp", "card.jpg"}


async def check_that_nothing_is_lost_or_doubled() -> None:
    generations = await Generation.objects().output(load_json=True)
    creations = await Creation.objects()
    ledger = await LedgerEntry.objects()
    _every_generation_has_ended_with_what_it_promised(generations, creations)
    await _everybody_paid_once_for_what_they_got(generations, ledger)
    await _files_and_rows_agree(creations)


def _every_generation_has_ended_with_what_it_promised(generations: list[Generation], creations: list[Creation]) -> None:
    for generation in generations:
        assert generation.status in FINISHED, f"{generation.id} is still {generation.status}"
        params: dict[str, int] = generation.params  # type: ignore[assignment]
        promised = params["num_images_per_prompt"] if generation.status == Status.SUCCEEDED else 0
        positions = sorted(creation.position for creation in creations if creation.generation == generation.id)
        assert positions == list(range(promised)), f"{generation.id} {generation.status} has pictures {positions}"


async def _everybody_paid_once_for_what_they_got(generations: list[Generation], ledger: list[LedgerEntry]) -> None:
    assert await books.check() == []
    moved: Counter[tuple[str, str]] = Counter()
    for entry in ledger:
        moved[entry.reference, entry.reason] += entry.amount
    for generation in generations:
        held, back, paid = (moved.pop((f"generation:{generation.id}", each), 0) for each in ENDS)
        assert held == generation.cost == back + paid
        if generation.status == Status.SUCCEEDED:
            assert back == 0
        elif generation.status == Status.FAILED:
            assert back == generation.cost
    assert {reason for _, reason in moved} <= {"grant", "daily"}, "somebody was charged for what is not there"


async def _files_and_rows_agree(creations: list[Creation]) -> None:
    expected = {f"{folder(creation.id)}/{name}" for creation in creations for name in FILES}
    found = set(await storage.keys("creations/"))
    assert found - expected == set(), "bytes that no row knows of"
    assert expected - found == set(), "rows whose bytes are gone"

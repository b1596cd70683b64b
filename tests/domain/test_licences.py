"""What may not be used commercially is not offered where credits are sold, unless the operator holds a licence."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import catalog, settings
from app.domain import generation
from app.errors import Invalid
from app.settings import Settings
from tests.people import Person

FREE, RESEARCH = "Qwen/Qwen-Image", "Qwen/Qwen-Image-2.1"


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("IMAGE_MODEL", f"{RESEARCH},{FREE}")
    forget()
    yield monkeypatch
    monkeypatch.undo()
    forget()


def forget() -> None:
    settings.get.cache_clear()
    catalog.models.cache_clear()
    catalog.songs.cache_clear()


def sell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "sells", property(lambda _: True))


def test_where_nothing_is_sold_every_model_is_offered(studio: pytest.MonkeyPatch):
    assert list(catalog.models()) == [RESEARCH, FREE] and catalog.withheld() == []


async def test_where_credits_are_sold_it_is_neither_offered_nor_made(studio: pytest.MonkeyPatch, alice: Person):
    sell(studio)

    page = (await alice.get("/create")).text

    assert RESEARCH not in page and "Licence: Apache-2.0" in page
    assert [model.id for model in catalog.withheld()] == [RESEARCH]
    with pytest.raises(Invalid):
        await generation.submit(alice.me, RESEARCH, {"prompt": "a fox"}, "public")


def test_an_operator_with_a_licence_of_his_own_says_so(studio: pytest.MonkeyPatch):
    sell(studio)
    studio.setenv("LICENSED_MODELS", f"another, {RESEARCH}")
    forget()

    assert RESEARCH in catalog.models() and catalog.withheld() == []


def test_a_studio_with_nothing_that_it_may_sell_does_not_start(studio: pytest.MonkeyPatch):
    sell(studio)
    studio.setenv("IMAGE_MODEL", RESEARCH)
    forget()

    with pytest.raises(SystemExit, match="LICENSED_MODELS"):
        catalog.everything()


def test_a_folder_that_says_nothing_of_its_licence_is_not_taken_for_free(studio: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "model_index.json").write_text("{}")

    assert not catalog.describe(str(tmp_path)).commercial and not catalog.describe_song(str(tmp_path)).commercial

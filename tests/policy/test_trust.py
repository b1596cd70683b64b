"""What is promised is shown, or said not to be: by name, for operators and for everybody."""

import html
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from app import promises
from app.promises import Evidence
from tests.people import Browser
from tests.services import Services, run_app

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def write(folder: Path, **changed: Evidence) -> dict[str, str]:
    found = {id: Evidence(["tests/a.py::test_it"], [], NOW) for id in promises.texts()} | changed
    (folder / "evidence.json").write_bytes(msgspec.json.encode(found))
    return {"DATA_DIR": str(folder)}


def test_all_62_promises_are_named_in_both_languages():
    assert list(promises.texts()) == [f"P{number:02}" for number in range(1, 63)]
    assert all(words["en"].strip() and words["ar"].strip() for words in promises.texts().values())


def test_an_operator_sees_a_line_for_each_and_a_zero_when_all_are_shown(services: Services, tmp_path: Path):
    told = run_app("trust", "verify", env=write(tmp_path))

    assert told.returncode == 0, told.stderr
    assert told.stdout.count("shown     P") == 62 and "62 of 62" in told.stdout


@pytest.mark.parametrize(
    "found", [Evidence(), Evidence(["tests/a.py::test_it"], ["tests/a.py::test_it"], NOW)], ids=["never ran", "failed"]
)
def test_one_that_is_not_shown_is_named_and_fails_the_whole(services: Services, tmp_path: Path, found: Evidence):
    told = run_app("trust", "verify", env=write(tmp_path, P44=found))

    assert told.returncode == 1 and "NOT SHOWN P44" in told.stdout and "61 of 62" in told.stdout


@pytest.mark.policy("P47")
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_everybody_may_see_what_is_shown_and_what_is_not(
    visitor: Browser, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write(tmp_path, P44=Evidence())
    monkeypatch.setattr(promises, "ROOT", tmp_path)
    (tmp_path / "promises.toml").write_bytes((Path(__file__).parents[2] / "promises.toml").read_bytes())
    promises.evidence.cache_clear()

    page = html.unescape((await visitor.get("/trust", headers={"Accept-Language": language})).text)

    promises.evidence.cache_clear()
    assert page.count('class="shown"') == 61 and page.count('class="open"') == 1
    assert all(words[language] in page for words in promises.texts().values())


def test_what_is_shipped_as_shown_speaks_of_every_promise_and_of_files_that_are_there():
    shipped = msgspec.json.decode((promises.ROOT / "evidence.json").read_bytes(), type=dict[str, Evidence])

    assert [*shipped] == [*promises.texts()] and all(each.shown for each in shipped.values())
    files = {test.partition("::")[0] for each in shipped.values() for test in each.tests}
    assert not [file for file in files if not (promises.ROOT / file).exists()]

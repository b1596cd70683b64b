"""What breaks is told with its place and its kind, and with nobody's words."""

import logging

import asyncpg
import pytest

from app import discreet
from app.models import Account


def told(error: BaseException) -> str:
    record = logging.LogRecord("app", logging.ERROR, __file__, 1, "it broke", (), (type(error), error, None))
    return discreet.Formatter().format(record)


async def test_a_row_that_postgresql_quotes_is_not_told_and_the_rule_is(clean: None):
    row = (
        "INSERT INTO account (id, handle, name, email) VALUES (gen_random_uuid(), 'secret-word', 'N', 'x@example.org')"
    )
    await Account.raw(row)
    with pytest.raises(asyncpg.UniqueViolationError) as caught:
        await Account.raw(row)

    line = told(caught.value)

    assert "secret-word" in str(caught.value) or "x@example.org" in str(caught.value), "it is worth hiding"
    assert "secret-word" not in line and "x@example.org" not in line
    assert "UniqueViolationError 23505 account" in line and "it broke" in line


def test_causes_and_groups_are_told_and_their_words_are_not():
    try:
        try:
            int("secret-word")
        except ValueError as first:
            raise ExceptionGroup("secret-words", [KeyError("secret-word"), OSError("secret-word")]) from first
    except ExceptionGroup as group:
        line = told(group)

    assert "secret" not in line.replace('int("secret-word")', "").replace('"secret-words"', "").replace(
        '"secret-word"', ""
    ), "only our own source may stand there"
    for kind in ("builtins.ValueError", "and then:", "ExceptionGroup", "builtins.KeyError", "builtins.OSError"):
        assert kind in line


@pytest.mark.parametrize(("level", "library", "ours"), [("debug", "INFO", "DEBUG"), ("error", "ERROR", "ERROR")])
def test_libraries_stay_above_what_tells_headers(level: str, library: str, ours: str):
    root, app = logging.getLogger(), logging.getLogger("app")
    before = root.level, app.level, root.handlers[:]
    root.handlers = []
    try:
        discreet.begin(level)
        assert logging.getLevelName(root.level) == library and logging.getLevelName(app.level) == ours
    finally:
        (root_level, app_level, root.handlers) = before
        root.setLevel(root_level)
        app.setLevel(app_level)

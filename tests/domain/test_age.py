"""The age question: dates as people write them, and nothing that is no date."""

from datetime import date

import pytest

from app.domain.age import is_old_enough
from app.errors import Invalid

TODAY = date(2026, 3, 1)


@pytest.mark.policy("P60")
@pytest.mark.parametrize(
    ("born", "old_enough"),
    [
        (("2013", "3", "1"), True),  # thirteen today
        (("2013", "3", "2"), False),  # thirteen tomorrow
        (("1990", "1", "1"), True),
        (("2025", "1", "1"), False),
        (("١٩٩٠", "٥", "٣"), True),
        (("٢٠٢٠", "٠١", "٠١"), False),
        ((" 1990 ", "05", "3"), True),
    ],
)
def test_thirteen_years_are_counted_to_the_day(born: tuple[str, str, str], old_enough: bool):
    assert is_old_enough(*born, today=TODAY) is old_enough


@pytest.mark.parametrize(
    ("today", "old_enough"), [(date(2025, 2, 28), False), (date(2025, 3, 1), True), (date(2028, 2, 29), True)]
)
def test_who_was_born_on_a_leap_day_is_older_on_the_first_of_march(today: date, old_enough: bool):
    assert is_old_enough("2012", "2", "29", today=today) is old_enough


@pytest.mark.policy("P60")
@pytest.mark.parametrize(
    "born",
    [
        ("", "", ""), ("2013", "2", "29"), ("2013", "13", "1"), ("2013", "0", "1"), ("two", "3", "4"),
        ("0001", "1", "1"), ("1899", "12", "31"), ("0", "1", "1"), ("-5", "1", "1"), ("99999", "1", "1"),
        ("2026", "3", "2"), ("9999", "1", "1"), ("9" * 5000, "1", "1"), ("1990", "1", "1.5"),
    ],
)  # fmt: skip
def test_what_is_no_date_of_birth_is_said_to_be_none(born: tuple[str, str, str]):
    with pytest.raises(Invalid) as refusal:
        is_old_enough(*born, today=TODAY)

    assert refusal.value.field == "birth"

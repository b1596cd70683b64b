"""The age question, asked before anything else is. Under 13 leaves nothing behind but a cookie in that browser."""

from datetime import UTC, date, datetime

from app.errors import N_, Invalid

MINIMUM_AGE = 13


def is_old_enough(year: str, month: str, day: str, today: date | None = None) -> bool:
    """Raises Invalid for what is no date of birth. int() reads Arabic digits too."""
    today = today or datetime.now(UTC).date()
    try:
        born = date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        raise Invalid(N_("This is not a date."), field="birth") from None
    if not date(1900, 1, 1) <= born <= today:
        raise Invalid(N_("This is not a date of birth."), field="birth")
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had_birthday) >= MINIMUM_AGE

"""Arabic and English. English is the source; Arabic is read from its .po file when the process starts."""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_datetime_format
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_currency_precision

LOCALES = Path(__file__).parent.parent / "locales"
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
LANGUAGES = {"en": "English", "ar": "العربية"}

language: ContextVar[str] = ContextVar("language", default="en")


@cache
def translations(code: str) -> gettext.NullTranslations:
    path = LOCALES / code / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within it everything is said in this language."""
    before = language.set(code)
    try:
        yield
    finally:
        language.reset(before)


def spoken(text: str, code: str) -> str:
    return translations(code).gettext(text) if text else ""


def _(text: str) -> str:
    return spoken(text, language.get())


def ngettext(one: str, many: str, n: int) -> str:
    return translations(language.get()).ngettext(one, many, n)


def sentence(text: str, **values: object) -> str:
    """A stored or raised sentence, translated, its values in the person's own digits."""
    shown = {name: number(value) if isinstance(value, int) else value for name, value in values.items()}
    return _(text).format(**shown) if shown else _(text)


def direction(code: str) -> str:
    return "rtl" if code == "ar" else "ltr"


def choose(*wishes: str | None) -> str:
    """The first language that we speak among the wishes: an account's, a cookie's, the browser's list."""
    for wish in wishes:
        for part in (wish or "").split(","):
            code = part.split(";")[0].strip().lower()[:2]
            if code in LANGUAGES:
                return code
    return "en"


def number(value: float) -> str:
    return _digits(format_decimal(value, locale=_locale(), numbering_system="default"))


def money(amount: int, currency: str) -> str:
    """From the currency's smallest unit, which for some is the whole."""
    code = currency.upper()
    value = Decimal(amount).scaleb(-get_currency_precision(code))
    text = format_currency(value, code, locale=_locale(), numbering_system="default")
    return _digits(text.replace("US$", "US$\u200e"))  # the sign stays with its letters where words run from the right


def size(count: int) -> str:
    """Bytes for people."""
    for unit in (_("B"), _("KB"), _("MB")):
        if count < 1000:
            return f"{number(round(count, 1 if count < 10 and unit != _('B') else 0) or 0)} {unit}"
        count = count / 1000  # type: ignore[assignment]
    unit = _("GB")
    return f"{number(round(count, 1))} {unit}"


def when(moment: datetime) -> str:
    """How long ago, as people say it."""
    return _digits(format_timedelta(moment - datetime.now(UTC), add_direction=True, locale=_locale()))


def length(seconds: float) -> str:
    """Minutes and seconds, as players write them."""
    minutes, rest = divmod(round(seconds), 60)
    return _digits(f"{minutes}:{rest:02}")


def tongue(code: str) -> str:
    """A language by its name in the person's own."""
    return Locale.parse(language.get()).languages.get(code, code)


def day(moment: datetime) -> str:
    return _digits(format_date(moment, "long", locale=_locale()))


def minute(moment: datetime) -> str:
    """The month by its name: nobody has to know which of two numbers it is. In the one time that mails have as well."""
    both, locale = str(get_datetime_format("medium", locale=_locale())), _locale()
    time, date = format_time(moment, "short", locale=locale), format_date(moment, "long", locale=locale)
    return _("{moment} UTC").format(moment=_digits(both.format(time, date)))


def _locale() -> str:
    return "ar_EG" if language.get() == "ar" else "en"


def plain(number: int | str) -> str:
    """What is no amount, as the number of a case: ungrouped."""
    return _digits(str(number))


def _digits(text: str) -> str:
    """Babel gives Arabic separators and Latin digits; people expect both of one kind."""
    return text.translate(ARABIC_DIGITS) if language.get() == "ar" else text

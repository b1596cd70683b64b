"""The one Jinja environment: autoescape, no undefined names, the words and numbers of the person's language."""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from app import i18n, params, roles, settings, song_params
from app.clerk import addresses
from app.domain import accounts, library, licensing

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
MOST_KEPT = 20_000

_kept: dict[tuple[Any, ...], Markup] = {}


@cache
def environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(i18n._, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        _=translated, licences=licensing.TERMS,
        money=i18n.money,
        number=i18n.number, size=i18n.size, when=i18n.when, day=i18n.day, minute=i18n.minute, length=i18n.length,
        tongue=i18n.tongue, t=i18n.sentence, said=said,
        static=static, once=once, cards=cards, may=roles.may, languages=i18n.LANGUAGES,
        limits={
            "name": accounts.NAME_LENGTH, "password": accounts.PASSWORD_LENGTH, "prompt": params.PROMPT_LENGTH,
            "title": library.TITLE_LENGTH, "lyrics": song_params.LYRICS_LENGTH,
        },
    )  # fmt: skip
    env.filters.update(licence=licensing.of, title=title, media=media, prompt=prompt)
    return env


def render(template: str, language: str, **context: Any) -> str:
    """A page or a partial in a language. Pages get the rest of what they need from routes.pages."""
    names = {
        "language": language, "direction": i18n.direction(language), "base_url": settings.get().base_url,
        "clerk_account": addresses.page("user") if settings.get().by_clerk else "",
    }  # fmt: skip
    with i18n.speaking(language):
        return environment().get_template(template).render(names | context)


def said(sentence: str, facts: dict[str, Any], language: str = "") -> str:
    """What a notice says: moments and numbers are shown as people write them, the rest as it is."""
    with i18n.speaking(language or i18n.language.get()):
        return i18n.sentence(sentence, **{name: _said(name, value) for name, value in facts.items()})


def _said(name: str, value: Any) -> Any:
    if name.endswith("_at"):
        moment = datetime.fromisoformat(value)
        return i18n.day(moment) if name in {"due_at", "from_at"} else i18n.minute(moment)
    if name == "number":
        return i18n.plain(value)
    return i18n._(value) if name == "factor" else value


def once(template: str, *key: Any, **context: Any) -> Markup:
    """A part of a page that is the same for everybody of a language as long as its key is: rendered once."""
    language = i18n.language.get()
    known = (template, language, *key)
    if known not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        names = {"language": language, "direction": i18n.direction(language)} | context
        html = environment().get_template(template).render(names)
        _kept[known] = Markup(html)  # noqa: S704 - what our own template rendered, escaped where it had to be
    return _kept[known]


def cards(creations: list[Any]) -> Markup:
    """Public items as cards. Their version is part of the key, so a change is seen in the next page."""
    html = "".join(
        once("explore/_card.html", _of(each, "id"), _of(each, "version"), creation=each) for each in creations
    )
    return Markup(html)  # noqa: S704 - joined by str.join, which does not escape again what is a page's part already


def translated(text: str, **values: Any) -> Markup:
    """`_` of the templates, where it is called thirty times a page: Jinja's own makes three calls of one."""
    known = Markup(i18n._(text))  # noqa: S704 - the templates' own words
    return known % values if values else known


def static(path: str) -> str:
    """An address that changes with the file, so that browsers may keep it for ever."""
    found = static_file(path)
    if found is None:
        raise FileNotFoundError(path)
    return f"/static/{path}?v={found[1]}"


def static_file(path: str) -> tuple[bytes, str] | None:
    """Content and fingerprint of a file under static/; None for anything else, however it is spelled."""
    path = path.lstrip("/")
    return _read(path) if path in _files() else None


@cache
def _files() -> frozenset[str]:
    """Asked by name and not by path, so that no path leads out of the folder and no stranger fills the cache."""
    return frozenset(file.relative_to(STATIC).as_posix() for file in STATIC.rglob("*") if file.is_file())


@cache
def _read(path: str) -> tuple[bytes, str]:
    content = (STATIC / path).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def _of(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def title(creation: Any, own: bool = False) -> str:
    """What it is called: its title, else the words it was made from if they may be seen, else nothing."""
    shown = _of(creation, "prompt") if own or _of(creation, "show_prompt") else ""
    unnamed = i18n._("Behind a veil") if _of(creation, "veiled") and not own else i18n._("Untitled")
    return _of(creation, "title") or _shortened(shown) or unnamed


def prompt(generation: Any) -> str:
    return str(_of(generation, "params")["prompt"])


def media(creation: Any, name: str) -> str:
    return f"/m/{_of(creation, 'media_key')}/{name}"


def _shortened(text: str, limit: int = 80) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rsplit(" ", 1)[0] + "…"

"""Keep the words of the studio together: `extract` brings locales/ up to date, `check` finds what nobody translated."""

import argparse
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
METHODS = [("app/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
JINJA = {"extensions": "jinja2.ext.i18n", "trimmed": "false", "silent": "false"}
OPTIONS = {"templates/**.html": JINJA, "templates/**.txt": JINJA}
COMMENTS = ("Translators:",)


def languages() -> list[str]:
    return sorted(path.parent.parent.name for path in ROOT.glob("locales/*/LC_MESSAGES/messages.po"))


def po_path(language: str) -> Path:
    return ROOT / "locales" / language / "LC_MESSAGES" / "messages.po"


def extracted() -> Catalog:
    """Every sentence in templates and code, with the files it stands in (no line numbers: they only make noise)."""
    catalog = Catalog(project="qwenimage.art", charset="utf-8")
    found = extract_from_dir(
        ROOT, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=COMMENTS, directory_filter=lambda _: True
    )
    for filename, line, message, comments, context in found:
        catalog.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    return catalog


def translated(language: str) -> Catalog:
    with po_path(language).open("rb") as file:
        return read_po(file, locale=language)


def extract() -> int:
    template = extracted()
    for language in languages():
        catalog = translated(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        written = BytesIO()
        write_po(written, catalog, width=110, sort_output=True, include_lineno=False)
        po_path(language).write_bytes(written.getvalue())
        print(f"{language}: {len(catalog)} sentences, {len(_missing(catalog))} to translate")
    return 0


def _missing(catalog: Catalog) -> list[str]:
    missing = []
    for message in catalog:
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (not all(forms) or message.fuzzy):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def check() -> int:
    template = extracted()
    problems = []
    for language in languages():
        catalog = translated(language)
        known = {message.id for message in catalog if message.id}
        wanted = {message.id for message in template if message.id}
        problems += [f"{language}: not translated: {text}" for text in _missing(catalog)]
        problems += [f"{language}: not extracted yet: {text}" for text in sorted(map(str, wanted - known))]
        problems += [f"{language}: no longer used: {text}" for text in sorted(map(str, known - wanted))]
        problems += [f"{language}: {error}: {message.id}" for message, errors in catalog.check() for error in errors]
    print("\n".join(problems) or f"All sentences are translated: {', '.join(languages())}.")
    return 1 if problems else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["extract", "check"])
    return {"extract": extract, "check": check}[parser.parse_args().command]()


if __name__ == "__main__":
    sys.exit(main())

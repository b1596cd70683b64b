"""Words as they sound and not as they are disguised: one spelling for each, in both languages."""

import re
import unicodedata
from collections.abc import Iterable

TATWEEL = "\u0640"
ARABIC = str.maketrans("أإآٱىةؤئ", "اااايهوي")
DIGITS = str.maketrans("013457@$!|", "oieastasil")
LOOK_ALIKE = str.maketrans("аеорсухіјѕανορτ", "aeopcyxijsavopt")
"Cyrillic and Greek letters that are taken for Latin ones."
WORD = re.compile(r"[\w@$!|]+")
SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[\W_]{1,2}[^\W\d_](?![^\W_])){2,}")
"Letters standing alone, one after another."
ARTICLES = re.compile(r"^[وفبكل]?(?:ال|لل)?(?=\w{3})")


def plain(text: str) -> str:
    """Words with one space between, ready to be looked for."""
    kept = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(each for each in kept if unicodedata.category(each) not in {"Mn", "Cf"} and each != TATWEEL)
    kept = unicodedata.normalize("NFC", kept).translate(ARABIC)
    kept = SPACED.sub(lambda found: re.sub(r"[\W_]", "", found[0]), kept)
    return " ".join(_word(found[0]) for found in WORD.finditer(kept.replace("_", " ")))


def holds(text: str, words: Iterable[str]) -> bool:
    """Whether any of the words stands in the text, both of them plain; Arabic ones behind their article as well."""
    bare = " ".join(ARTICLES.sub("", word) for word in text.split())
    return any(f" {word} " in f" {each} " for each in (text, bare) for word in words)


def _word(word: str) -> str:
    if not any("a" <= each <= "z" for each in word):
        return word.strip("@$!|")
    word = word.rstrip("!|").translate(LOOK_ALIKE).translate(DIGITS)
    return re.sub(r"(.)\1{2,}", r"\1", word)

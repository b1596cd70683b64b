"""A page as somebody without scripts has it: its fields, its problems, its forms."""

from html.parser import HTMLParser

import httpx

ALONE = {"input", "meta", "link", "img", "br", "hr", "path", "rect", "circle"}


class Read(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        "(the classes or the tag of the nearest element, its text)"
        self._open: list[str] = []
        self._area: str | None = None
        self._footer = False
        self.fields: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag == "form":
            self._footer = found.get("class") == "preferences"
        chosen = found.get("type") not in {"radio", "checkbox"} or "checked" in found
        if tag == "input" and "name" in found and chosen and not self._footer:
            self.fields[found["name"]] = found.get("value", "")
        if tag == "textarea":
            self._area = found["name"]
            self.fields[found["name"]] = ""
        if tag not in ALONE:
            self._open.append(found.get("class") or tag)

    def handle_endtag(self, tag: str) -> None:
        self._area = None
        if self._open and tag not in ALONE:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data
        if data.strip():
            self.texts.append((self._open[-1] if self._open else "", data.strip()))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [found for name, found in self.tags if name == tag]

    @property
    def problems(self) -> list[str]:
        return [text for where, text in self.texts if where == "problem"]

    @property
    def sentence(self) -> str:
        """What an error page says."""
        return next(text for where, text in self.texts if where == "h1")


def read(answer: httpx.Response) -> Read:
    assert answer.headers["content-type"].startswith("text/html"), answer.headers
    return Read(answer.text)

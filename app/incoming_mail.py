"""A mail as it came from anywhere, taken apart with care: who says they wrote it, in reply to what, and which words.

Nothing in it is believed: From is where an answer goes and proves nobody. Files are not kept, HTML becomes its text.
"""

import hashlib
import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from html.parser import HTMLParser
from itertools import islice
from typing import Any

import msgspec

from app.domain.words import one_line

MOST_BYTES = 10_000_000
"What is behind that is cut off: it could only be files."
MOST_HEADER = 64_000
MOST_PARTS, MOST_BOUNDARIES = 100, 1000
MOST_TEXT = 200_000
"Looked at, of each part; what a case keeps is less."
MACHINES = {"bulk", "list", "junk", "auto_reply"}
ENDS_A_LINE = {"p", "br", "div", "li", "tr", "h1", "h2", "h3", "blockquote"}
UNSEEN = {"script", "style", "head", "title", "template"}
ARABIC = re.compile(r"[\u0600-\u06ff]")


class Dropped(Exception):
    """Not a mail that a person wants an answer to; the reason is for the log."""


class Received(msgspec.Struct, frozen=True):
    address: str
    title: str
    text: str
    answers: list[str]
    "The Message-IDs that it says it answers."
    files: int
    fingerprint: str
    "The same for the same mail however often it comes."

    @property
    def language(self) -> str:
        return "ar" if ARABIC.search(self.title + self.text) else "en"


def read(raw: bytes, ours: set[str]) -> Received:
    """`ours`: the addresses that we write from. What we sent ourselves is not answered."""
    raw = cut(raw)
    if len(re.split(rb"\r?\n\r?\n", raw[: MOST_HEADER + 1], maxsplit=1)[0]) > MOST_HEADER:
        raise Dropped("its header is too long")
    try:
        message: EmailMessage = message_from_bytes(raw, policy=policy.default)
        _check_person(message)
        address = _sender(message)
        if address.lower() in ours:
            raise Dropped("it is from ourselves")
        text, files = _words(message)
        title = one_line(_header(message, "Subject"))
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, IndexError, RecursionError) as error:
        raise Dropped(f"it cannot be read: {type(error).__name__}") from None
    answers = re.findall(r"<([^<>\s]{1,250})>", _header(message, "In-Reply-To") + _header(message, "References"))
    known = _header(message, "Message-ID").strip().encode(errors="replace") or raw
    fingerprint = hashlib.sha256(address.lower().encode(errors="replace") + b"\n" + known).hexdigest()
    return Received(address, title, text, answers, files, fingerprint)


def cut(raw: bytes) -> bytes:
    """Before it is parsed, for that takes its time with each part."""
    raw = raw[:MOST_BYTES]
    beyond = next(islice(re.finditer(rb"\n--", raw), MOST_BOUNDARIES, None), None)
    return raw[: beyond.start()] if beyond else raw


def _check_person(message: EmailMessage) -> None:
    """Machines that answer machines never stop (RFC 3834)."""
    if _header(message, "Auto-Submitted").strip().lower() not in ("", "no"):
        raise Dropped("a machine wrote it")
    if _header(message, "Precedence").strip().lower() in MACHINES or message.get("List-Id") is not None:
        raise Dropped("it is from a list")
    if _header(message, "Return-Path").strip() == "<>":
        raise Dropped("it came back")


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name) or "")


def _sender(message: EmailMessage) -> str:
    """The one it says it is from. Several, or none, is nobody to answer to."""
    found = [header for header in message.get_all("From", [])]
    addresses: tuple[Any, ...] = found[0].addresses if len(found) == 1 else ()
    if len(addresses) != 1 or not addresses[0].addr_spec:
        raise Dropped("nobody to answer")
    return str(addresses[0].addr_spec)


def _words(message: EmailMessage) -> tuple[str, int]:
    """What was written, the plain form before any other; and how many files came along."""
    plain: list[str] = []
    rich: list[str] = []
    files = 0
    for part in islice(message.walk(), MOST_PARTS):
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or kind not in ("text/plain", "text/html"):
            files += 1
        else:
            (plain if kind == "text/plain" else rich).append(_decoded(part))
    return "\n".join(plain) if any(each.strip() for each in plain) else "\n".join(map(shown, rich)), files


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload[: 4 * MOST_TEXT] if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset() or "utf-8", errors="replace")[:MOST_TEXT]
    except (LookupError, UnicodeError):
        return content.decode("utf-8", errors="replace")[:MOST_TEXT]


def shown(html: str) -> str:
    """The words of a page that a person would see."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.found)).strip()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.unseen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self.unseen = self.unseen or tag
        elif tag in ENDS_A_LINE:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.unseen:
            self.unseen = ""

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.found.append(re.sub(r"\s+", " ", data))

"""Letters: from what is told and a language to a message, and how the mail server is spoken to."""

import hmac
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import aiosmtplib

from app import secret, settings, templating
from app.domain import cases
from app.domain.notice_kinds import KINDS
from app.domain.words import one_line
from app.models import Notice, ids

TIMEOUT = 20


class Server(NamedTuple):
    host: str
    port: int
    username: str
    password: str
    implicit_tls: bool
    starttls: bool


def server() -> Server | None:
    """SMTP_URL taken apart. STARTTLS is required, and not just tried, unless the operator says `?starttls=no`."""
    url = settings.get().smtp_url
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise SystemExit(
            "A setting is wrong: SMTP_URL: expected smtp://host:587 or smtps://host. See docs/operations.md."
        )
    implicit = parts.scheme == "smtps"
    return Server(
        parts.hostname or "", parts.port or (465 if implicit else 587),
        unquote(parts.username or ""), unquote(parts.password or ""),
        implicit, not implicit and parse_qs(parts.query).get("starttls") != ["no"],
    )  # fmt: skip


async def connect(to: Server) -> aiosmtplib.SMTP:
    client = aiosmtplib.SMTP(
        hostname=to.host, port=to.port, timeout=TIMEOUT, use_tls=to.implicit_tls, start_tls=to.starttls,
        username=to.username or None, password=to.password or None,
        tls_context=ssl.create_default_context() if to.implicit_tls or to.starttls else None,
        local_hostname=urlsplit(settings.get().base_url).hostname,
    )  # fmt: skip
    await client.connect()
    return client


def letter(notice: Notice, address: str, language: str) -> EmailMessage:
    """Text and HTML of the same words. The Message-ID is the row's, so that a second copy is known for one."""
    kind, facts = KINDS[notice.kind], notice.facts
    words: dict[str, Any] = {
        "kind": kind, "facts": facts, "url": settings.get().base_url + path_of(notice), "stop_url": stop_url(notice),
    }  # fmt: skip
    message = EmailMessage()
    message["Subject"] = one_line(templating.said(kind.title, facts, language))
    message["From"] = settings.get().sender
    message["To"] = address
    message["Date"] = format_datetime(notice.created_at)
    message["Message-ID"] = f"<{_name(notice)}@{urlsplit(settings.get().base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    if contact := settings.get().contact_email:
        message["Reply-To"] = contact
    if words["stop_url"]:
        message["List-Unsubscribe"] = f"<{words['stop_url']}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(templating.render("mail/letter.txt", language, **words))
    message.add_alternative(templating.render("mail/letter.html", language, **words), subtype="html")
    return message


def _name(notice: Notice) -> str:
    """What is about a case says so in a way that only we can write: the answer to it comes home."""
    about_case = notice.kind in ("case.received", "case.answered")
    return f"{notice.id}.{cases.thread_of(notice.facts['number'])}" if about_case else str(notice.id)


def path_of(notice: Notice) -> str:
    return KINDS[notice.kind].path.format(**notice.facts)


def stop_url(notice: Notice) -> str:
    """One press and no more mails of this kind; empty where that cannot be chosen."""
    if notice.account is None or KINDS[notice.kind].fixed:
        return ""
    return f"{settings.get().base_url}/unsubscribe/{seal(notice.account, notice.kind)}"


def seal(account_id: UUID, kind: str) -> str:
    text = f"{account_id.hex}.{kind}"
    return f"{text}.{secret.seal_of('unsubscribe', text)[:32]}"


def unsealed(token: str) -> tuple[UUID, str] | None:
    """Whose and of what kind; None for whatever we did not seal."""
    account, _, rest = token.partition(".")
    kind, _, _ = rest.rpartition(".")
    account_id = ids.read(account)
    if account_id is None:
        return None
    matches = hmac.compare_digest(seal(account_id, kind).encode(), token.encode(errors="replace"))
    return (account_id, kind) if matches else None

"""A mail of ours that came back: which one, from where, and whether for good (RFC 3464, in the report of RFC 6522).

Nothing in it is believed; app/domain/coming_back.py asks whether we sent such a mail there at all.
"""

import re
from email import message_from_bytes, message_from_string, policy
from email.errors import MessageError
from email.message import Message
from itertools import islice

import msgspec

from app.incoming_mail import MOST_HEADER, MOST_PARTS, cut

FOR_GOOD = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"}
"""Nobody there, no such place, moved away, closed (RFC 3463). A full mailbox (5.2.2) is emptied one day, and whoever
refuses what we say or who we are (5.7.x) takes the next one, or is our own fault."""
CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
MESSAGE_ID = re.compile(r"<([^<>\s]{1,250})>")


class Returned(msgspec.Struct, frozen=True):
    message_ids: list[str]
    addresses: set[str]
    "In lower case: those that will never take a mail."


def read(raw: bytes) -> Returned | None:
    """None for what is no such report, which most mails are told at a glance."""
    if b"multipart/report" not in raw[:MOST_HEADER].lower():
        return None
    try:
        message = message_from_bytes(cut(raw), policy=policy.compat32)
        if message.get_content_type() != "multipart/report" or message.get_param("report-type") != "delivery-status":
            return None
        found = _Report()
        found.named(message.get("In-Reply-To"), message.get("References"))
        for part in islice(message.walk(), MOST_PARTS):
            found.read(part)
        return Returned(found.message_ids, found.addresses)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return None


class _Report:
    def __init__(self) -> None:
        self.message_ids: list[str] = []
        self.addresses: set[str] = set()

    def named(self, *headers: object) -> None:
        self.message_ids += [name for header in headers for name in MESSAGE_ID.findall(str(header or ""))]

    def read(self, part: Message) -> None:
        """The walk comes by the fields of each recipient, and by the mail that is inside, as if they were parts."""
        self.named(part.get("Message-ID"))
        if part.get_content_type() == "text/rfc822-headers":
            self.named(message_from_string(str(part.get_payload()))["Message-ID"])
        if part.get("Final-Recipient") and str(part.get("Action")).strip().lower() == "failed":
            said = f"{part.get('Status')} {part.get('Diagnostic-Code')}"
            if FOR_GOOD.intersection(CODE.findall(said)):
                self.addresses |= {_address(part.get(name)) for name in ("Final-Recipient", "Original-Recipient")}


def _address(field: object) -> str:
    """`rfc822; somebody@example.org`"""
    return str(field or "").rpartition(";")[2].strip().strip("<>").lower()

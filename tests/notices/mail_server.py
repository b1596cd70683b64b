"""A mail server on a socket of its own: it keeps what it took, and knows a second copy by its Message-ID."""

import asyncio
import socket
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope


class MailServer:
    def __init__(self, port: int = 0) -> None:
        self.port = port or _free_port()
        self.url = f"smtp://127.0.0.1:{self.port}?starttls=no"
        self.came: list[tuple[str, bytes]] = []
        self.refuses: dict[str, str] = {}
        self.more = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """Read when somebody asks: thousands come in while others work on the same cores."""
        self.came += [(address, bytes(envelope.content or b"")) for address in envelope.rcpt_tos]
        self.more.set()
        return "250 kept"

    @property
    def copies(self) -> Counter[str]:
        """How many came of each Message-ID. A person sees one of each: that is how a mailbox shows them."""
        return Counter(str(BytesHeaderParser().parsebytes(content)["Message-ID"]) for _, content in self.came)

    def to(self, address: str) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for to, content in self.came if to == address]

    async def open(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True, loop=asyncio.get_running_loop()), "127.0.0.1", self.port
        )

    async def close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])

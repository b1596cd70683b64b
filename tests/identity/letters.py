"""What people do with the letters they get."""

import re

from app.workers import post
from tests.notices.mail_server import MailServer

LINK = re.compile(r"http://127\.0\.0\.1:8000(/[\w/-]+)")


async def links_to(post_office: MailServer, address: str) -> list[str]:
    """Every letter's link, the oldest first."""
    await post.deliver()
    letters = [message.get_body(("plain",)) for message in post_office.to(address)]
    return [found[1] for body in letters if body and (found := LINK.search(body.get_content()))]

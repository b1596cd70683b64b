"""The public name in addresses: one's own, not a page of ours, and not to be taken for somebody else's."""

import re
from uuid import UUID

import asyncpg

from app import db, limits
from app.domain import judging
from app.errors import N_, Conflict, Invalid
from app.models import Account

SHORTEST, LONGEST = 3, 30
FORM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Pages, roles and words that would speak in our name.
RESERVED = {
    "about", "account", "admin", "administrator", "api", "app", "art", "billing", "contact", "create", "creator",
    "credits", "dpo", "edit", "everybody", "explore", "feed", "guest", "health", "help", "home", "legal", "library",
    "live", "login", "logout", "mail", "me", "metrics", "moderator", "moderation", "news", "notices", "null",
    "nobody", "official", "owner", "policy", "pricing", "privacy", "qwen", "qwenimage", "robots", "root", "schema",
    "security", "settings", "share", "sign-in", "sign-out", "sign-up", "site", "sitemap", "staff", "static",
    "studio", "support", "system", "team", "terms", "undefined", "upload", "uploads", "user", "verify", "webmaster",
    "www",
}  # fmt: skip
# Latin letters only, so that no other alphabet's can stand in for them; these still look like each other.
ALIKE = str.maketrans("01i5", "olls", "-")


async def change(account_id: UUID, wanted: str) -> None:
    """A few a day: names are not for trying on, and each change ends the old address."""
    handle = clean(wanted)
    await limits.spend("handle", str(account_id))
    taken = Conflict(N_("Somebody has this name, or one that looks like it."), field="handle")
    try:
        async with db.transaction():
            alike = await Account.raw(
                "SELECT id FROM account WHERE translate(handle, '01i5-', 'olls') = {} AND id <> {} LIMIT 1",
                handle.translate(ALIKE), account_id,
            )  # fmt: skip
            if alike:
                raise taken
            await Account.update({Account.handle: handle}).where(Account.id == account_id)
    except asyncpg.UniqueViolationError:
        raise taken from None


def clean(wanted: str) -> str:
    handle = wanted.strip().lower()
    if not SHORTEST <= len(handle) <= LONGEST or not FORM.fullmatch(handle):
        raise Invalid(
            N_("Use {least} to {most} Latin letters and digits, with single hyphens between."),
            field="handle", least=SHORTEST, most=LONGEST,
        )  # fmt: skip
    if handle.translate(ALIKE) in {word.translate(ALIKE) for word in RESERVED}:
        raise Invalid(N_("This name is kept for the studio itself."), field="handle")
    judging.check_name(handle, "handle")
    return handle

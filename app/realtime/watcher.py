"""One open socket: who is behind it, what it may be sent, and how."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from app.realtime.wire import Wire

if TYPE_CHECKING:
    from app.realtime.hub import Topic

SIGNED_OUT = 4401
"Not among the codes on which htmx knocks again: the page waits for its person."
GONE = 4404


class Audience(NamedTuple):
    """Everybody in one audience is sent the very same bytes."""

    json: bool
    owner: bool
    language: str


@dataclass(eq=False, slots=True)
class Watcher:
    wire: Wire
    account_id: UUID | None = None
    session_id: UUID | None = None
    language: str = "en"
    json: bool = False
    previews: bool = True
    topics: "dict[str, Topic]" = field(default_factory=dict)

    def audience(self, owner_id: UUID | None) -> Audience:
        return Audience(self.json, self.account_id is not None and self.account_id == owner_id, self.language)

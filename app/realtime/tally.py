"""What this process has sent live, for /metrics."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    watchers: int = 0
    sent: int = 0
    dropped: int = 0
    "Previews that a slow reader never saw, because a newer one was there."
    closed_slow: int = 0
    returns: int = 0
    "How often Redis came back after it had been lost."


tally = Tally()

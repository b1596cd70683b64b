"""Making something over what is there already: from its latents with noise on them, all of it or a part.

Flow matching goes through x_t = (1 - sigma) x0 + sigma noise, so a source can be entered at any sigma, and what is
to stay is put back after each step as it looks at that sigma. Every pipeline takes latents and a schedule of one's
own, so this needs neither another class nor other weights.
"""

from typing import Any, NamedTuple


class Over(NamedTuple):
    source: Any
    noise: Any
    free: Any = None
    "1 where it is made anew, 0 where the source stays; None: nothing stays."

    def at(self, sigma: Any) -> Any:
        """The source as it looks on the way."""
        return (1 - sigma) * self.source + sigma * self.noise

    def kept(self, latents: Any, sigma: Any) -> Any:
        """After a step that ended at sigma."""
        return latents if self.free is None else self.free * latents + (1 - self.free) * self.at(sigma)

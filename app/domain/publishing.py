"""Public or private: the choice that everything made has, and that nothing goes without."""

from app.domain import switches
from app.errors import N_, Invalid
from app.models import Visibility


def check(visibility: str, field: str = "visibility") -> None:
    if visibility not in set(Visibility):
        raise Invalid(N_("Choose public or private."), field=field)


async def must_be_open(visibility: str) -> None:
    """Whoever runs the studio may have closed it to new public things for a while."""
    if visibility == Visibility.PUBLIC:
        await switches.must_be_on("publishing")

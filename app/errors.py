"""What can go wrong for a person: each error has a sentence they may read and a status.

The sentences are marked for translation here and translated where they are shown.
"""

from typing import Any


def N_(text: str) -> str:
    """Mark for translation without translating."""
    return text


class DomainError(Exception):
    status = 400
    field: str | None = None

    def __init__(self, sentence: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.values = values

    def __str__(self) -> str:
        """For whoever sits at a terminal. Pages say it in their person's language."""
        return self.sentence.format(**self.values) if self.values else self.sentence


class NotFound(DomainError):
    "Also raised for what exists but is not yours: a 403 would confirm that it exists."

    status = 404

    def __init__(self, sentence: str = N_("There is nothing here."), *, field: str | None = None) -> None:
        super().__init__(sentence, field=field)


class Invalid(DomainError):
    status = 422


class Unconfirmed(Invalid):
    "Above the price from which on its person wants to be asked once more."


class NotSignedIn(DomainError):
    status = 401

    def __init__(self, sentence: str = N_("Please sign in first.")) -> None:
        super().__init__(sentence)


class NotFresh(DomainError):
    "Signed in, but too long ago for this."

    status = 401

    def __init__(self, sentence: str = N_("Please prove once more that it is you.")) -> None:
        super().__init__(sentence)


class WeaklySignedIn(DomainError):
    "Signed in by one factor where two are asked for."

    status = 403

    def __init__(self, sentence: str = N_("This needs a second factor. Set one up, then sign in with it.")) -> None:
        super().__init__(sentence)


class Refused(DomainError):
    "The request did not prove that it came from our own pages."

    status = 403


class Conflict(DomainError):
    status = 409


class TooSlow(DomainError):
    status = 408


class TooLarge(DomainError):
    status = 413


class Unsupported(DomainError):
    status = 415


class NoRoom(DomainError):
    "On our side: a full disk, storage that does not answer, every turn taken."

    status = 503

    def __init__(
        self, sentence: str = N_("We have no room for this at the moment. Nothing of it was kept; please try later.")
    ) -> None:
        super().__init__(sentence)


class InsufficientCredits(DomainError):
    status = 402


class TooMany(DomainError):
    status = 429

    def __init__(self, sentence: str, *, retry_after: int | None = None, **values: Any) -> None:
        "retry_after: seconds, where time alone helps."
        super().__init__(sentence, **values)
        self.retry_after = retry_after

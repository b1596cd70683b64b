"""What has happened, on its way from whoever did it to whoever watches. Ids only, except progress: no row holds it."""

from uuid import UUID

import msgspec


class Event(msgspec.Struct, frozen=True, tag_field="type"):
    pass


class GenerationChanged(Event, frozen=True, tag="generation.changed"):
    generation_id: UUID
    owner_id: UUID


class GenerationProgressed(Event, frozen=True, tag="generation.progressed"):
    """step 0 of total_steps means busy without a number: the model is loading."""

    generation_id: UUID
    attempt: int
    step: int
    total_steps: int


class GenerationHeard(Event, frozen=True, tag="generation.heard"):
    """A piece of the unfinished song can be fetched; `step` is how far it was."""

    generation_id: UUID
    attempt: int
    step: int


class CreationChanged(Event, frozen=True, tag="creation.changed"):
    creation_id: UUID


class CreationWithdrawn(Event, frozen=True, tag="creation.withdrawn"):
    """Made private or deleted: open pages of strangers must let go of it."""

    creation_id: UUID


class CreditsChanged(Event, frozen=True, tag="credits.changed"):
    owner_id: UUID


class NoticesChanged(Event, frozen=True, tag="notices.changed"):
    """Something new to read, or everything read in another tab."""

    owner_id: UUID


class SessionRevoked(Event, frozen=True, tag="session.revoked"):
    session_id: UUID


AnyEvent = (
    GenerationChanged
    | GenerationProgressed
    | GenerationHeard
    | CreationChanged
    | CreationWithdrawn
    | CreditsChanged
    | NoticesChanged
    | SessionRevoked
)

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(AnyEvent).decode

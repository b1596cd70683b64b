"""What a socket is sent: HTML for pages, JSON for programs, each rendered once for everybody who may read the same."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from app import cache, settings, templating
from app.domain import generation as generations
from app.domain import waiting, watching
from app.models import Creation, Generation, Kind, Status
from app.models.generations import FINISHED
from app.realtime import bus, glance, preview
from app.realtime.events import GenerationHeard, GenerationProgressed
from app.realtime.watcher import Audience
from app.realtime.wire import BINARY, TEXT, frame


@dataclass
class Scene:
    """A generation as it stands, read once for all its watchers."""

    generation: Generation
    creations: list[Creation]
    shown: list[Creation]
    "Those of its creations that strangers may see."
    wait: waiting.Wait | None
    progress: GenerationProgressed | None
    previews: dict[int, bytes]
    "Frames that were kept for whoever comes late."
    heard: int = 0
    "The step of the newest piece of a song that can be heard."
    rendered: dict[Audience, bytes] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        return self.generation.status in FINISHED

    def for_(self, audience: Audience) -> bytes:
        if audience not in self.rendered:
            self.rendered[audience] = _state(self, audience)
        return self.rendered[audience]


async def read(generation_id: UUID) -> Scene | None:
    generation = await generations.find(generation_id)
    if generation is None:
        return None
    finished = generation.status in FINISHED
    creations = await generations.creations_of(generation_id) if finished else []
    return Scene(
        generation, creations, watching.seen_by_others(creations),
        await waiting.wait_of(generation),
        await waiting.progress_of(generation),
        {} if finished else await _kept(generation),
        0 if finished or generation.kind != Kind.SONG else await glance.heard_step(generation),
    )  # fmt: skip


async def _kept(generation: Generation) -> dict[int, bytes]:
    params: Any = generation.params
    pictures = int(params.get("num_images_per_prompt", 1))
    try:
        found = await cache.redis().mget([bus.frame_key(generation.id, position) for position in range(pictures)])
    except (RedisError, OSError):
        return {}
    # A worker that lost its claim may have kept one of its own.
    return {
        position: frame(BINARY, data)
        for position, data in enumerate(found)
        if data and preview.unpack(data).attempt >= generation.attempt
    }


def _state(scene: Scene, audience: Audience) -> bytes:
    generation, creations = scene.generation, scene.creations if audience.owner else scene.shown
    if audience.json:
        return _json({"type": "generation.state", "generation": _described(scene, creations, audience.owner)})
    card = templating.render(
        "generation/_card.html", audience.language,
        generation=generation, creations=creations, owner=audience.owner, wait=scene.wait, progress=scene.progress,
        heard=scene.heard,
    )  # fmt: skip
    return frame(TEXT, card.encode())


def _described(scene: Scene, creations: list[Creation], owner: bool) -> dict[str, Any]:
    """Never the account, and what went wrong only to its maker."""
    generation, progress = scene.generation, scene.progress
    return {
        "id": generation.id, "kind": generation.kind, "status": generation.status,
        "step": progress.step if progress else generation.step, "total_steps": generation.total_steps,
        "wait": scene.wait,
        "error": generation.error if owner else "",
        "creations": [
            {"id": creation.id, "position": creation.position, "url": f"{settings.get().base_url}/c/{creation.slug}"}
            for creation in creations
        ],
    }  # fmt: skip


def progress(event: GenerationProgressed, audience: Audience) -> bytes:
    if audience.json:
        return _json(event)
    html = templating.render(
        "generation/_progress.html", audience.language,
        generation_id=event.generation_id, status=Status.RUNNING.value,
        step=event.step, total_steps=event.total_steps, wait=None,
    )  # fmt: skip
    return frame(TEXT, html.encode())


def heard(event: GenerationHeard, audience: Audience) -> bytes:
    if audience.json:
        return _json(event)
    html = templating.render(
        "generation/_early.html", audience.language, generation_id=event.generation_id, step=event.step, oob=True
    )
    return frame(TEXT, html.encode())


def gone(generation_id: UUID) -> bytes:
    """Takes the card off the page of somebody who may no longer see it."""
    return frame(TEXT, f'<div id="generation-{generation_id}" hx-swap-oob="delete"></div>'.encode())


def balance(credits: int, language: str) -> bytes:
    return frame(TEXT, templating.render("_balance.html", language, balance=credits).encode())


def bell(unread: int, language: str) -> bytes:
    return frame(TEXT, templating.render("notices/_bell.html", language, unread=unread).encode())


def creation(creation: Creation, language: str) -> bytes:
    return frame(TEXT, templating.render("library/_card.html", language, creation=creation).encode())


def creation_gone(creation_id: UUID) -> bytes:
    return frame(TEXT, f'<div id="creation-{creation_id}" hx-swap-oob="delete"></div>'.encode())


def withdrawn(creation_id: UUID, language: str) -> bytes:
    html = (
        f'<div id="explore-{creation_id}" hx-swap-oob="delete"></div>'
        f'<main id="show-{creation_id}" hx-swap-oob="true">{templating.render("creation/_gone.html", language)}</main>'
    )
    return frame(TEXT, html.encode())


def _json(message: object) -> bytes:
    return frame(TEXT, msgspec.json.encode(message))

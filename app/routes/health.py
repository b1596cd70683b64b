"""For whoever runs the studio: alive, ready, and figures. No names, no prompts, no addresses."""

from typing import Any

from litestar import Request, Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from redis.exceptions import RedisError

from app import cache, db, settings, storage
from app.domain import requests, safekeeping, work
from app.errors import NotFound
from app.roles import Power
from app.routes.pages import came_by_proxy

FORGOTTEN = Gauge(
    "studio_requests_forgotten", "Requests about personal data that no reminder came for: housekeeping sleeps."
)
BACKUP_AGE = Gauge("studio_backup_age_seconds", "Since the last backup that went well; -1 where none are made.")
DRILL_AGE = Gauge("studio_drill_age_seconds", "Since a backup was last restored for a trial and all was there.")
LOG_AGE = Gauge("studio_backup_log_age_seconds", "Since the database's log was last taken by the place of backups.")


@get("/health/live", include_in_schema=False)
async def live() -> dict[str, str]:
    return {"status": "ok"}


@get("/health/ready", include_in_schema=False)
async def ready() -> Response[Any]:
    """503 with what is missing, until everything answers and a worker was seen."""
    found = {"database": await db.answers(), "redis": await _redis(), "storage": await _storage()}
    found["worker"] = found["database"] and bool(await work.seen())
    return Response(found, status_code=200 if all(found.values()) else 503, headers={"Cache-Control": "no-store"})


@get("/metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Figures tell about people too, so they are for the operator: loopback, or a token when one is set."""
    token = settings.get().metrics_token
    if token and request.headers.get("authorization") != f"Bearer {token}":
        raise NotFound
    if not token and not _is_here(request):
        raise NotFound
    FORGOTTEN.set(await requests.forgotten())
    BACKUP_AGE.set(await safekeeping.age("backup"))
    DRILL_AGE.set(await safekeeping.age("drill"))
    LOG_AGE.set(await safekeeping.log_age())
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _is_here(request: Request[Any, Any, Any]) -> bool:
    """Asked on this machine, and not by a proxy on this machine in the name of anybody."""
    here = request.client is not None and request.client.host in settings.LOOPBACK
    return here and not came_by_proxy(request)


async def _redis() -> bool:
    try:
        return bool(await cache.redis().ping())
    except (RedisError, OSError):
        return False


async def _storage() -> bool:
    try:
        await storage.put("health/probe", b"ok")
    except Exception:  # whatever the store raises, the answer is no
        return False
    return True


router = Router("", opt={"may": Power.LOOK}, route_handlers=[live, ready, metrics])

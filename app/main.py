"""The web process: every route, socket and error page is wired here and only here. It never imports torch."""

import gc
import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig

from app import cache, catalog, db, i18n, prices, rulebook, storage, stripe_api, templating
from app.realtime import events_socket, hub, socket
from app.roles import Power
from app.routes import (
    accounts,
    admin,
    api,
    arriving,
    billing,
    center,
    choices,
    clerk,
    developers,
    disclosing,
    explore,
    failures,
    feeds,
    health,
    hooks,
    inbox,
    keys,
    library,
    media,
    moderating,
    money,
    notices,
    policies,
    proving,
    push,
    reporting,
    rights,
    safety,
    signing_in,
    signing_up,
    studio,
    support,
    switches,
    uploads,
    verify,
    watching,
    webhooks,
)
from app.routes.api import described
from app.routes.envelope import Envelope
from app.routes.security import MIDDLEWARE, guard

MAX_BODY = 2 * 1024 * 1024
FOR_EVER = "public, max-age=31536000, immutable"


@asynccontextmanager
async def connections(app: Litestar) -> AsyncIterator[None]:
    async with db.pool(10), hub.running(app):
        # What is loaded by now stays for good: the collector need not look through it in the middle of a page.
        gc.collect()
        gc.freeze()
        yield
    await cache.close()
    await stripe_api.close()


@get("/static/{path:path}", may=Power.LOOK, include_in_schema=False)
async def static(request: Request[Any, Any, Any], path: str) -> Response[bytes]:
    """Small files, read once. An address with its fingerprint may be kept for ever."""
    found = templating.static_file(path)
    if found is None:
        raise NotFoundException
    content, fingerprint = found
    headers = {
        "Cache-Control": FOR_EVER if request.query_params.get("v") == fingerprint else "public, no-cache",
        "ETag": f'"{fingerprint}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers)
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Response(content, media_type=kind, headers=headers)


def create_app() -> Litestar:
    # A wrong IMAGE_MODEL, SONG_MODEL, STORAGE_URL or PRICES stops the process here, with a sentence.
    catalog.everything()
    prices.current()
    rulebook.rules()
    storage.store()
    for language in i18n.LANGUAGES:
        i18n.translations(language)
    app = Litestar(
        route_handlers=[
            static,
            explore.router,
            studio.router,
            watching.router,
            library.router,
            accounts.router,
            proving.router,
            keys.router,
            hooks.router,
            developers.router,
            signing_up.router,
            signing_in.router,
            clerk.router,
            arriving.router,
            safety.router,
            media.router,
            feeds.router,
            uploads.router,
            notices.router,
            push.router,
            verify.router,
            billing.router,
            money.router,
            webhooks.router,
            inbox.router,
            admin.router,
            switches.router,
            reporting.router,
            moderating.router,
            disclosing.router,
            support.router,
            api.uploads.router,
            api.parts.router,
            api.router,
            health.router,
            socket.live,
            choices.router,
            policies.router,
            center.router,
            rights.router,
            events_socket.generation_events,
        ],
        middleware=MIDDLEWARE,
        guards=[guard],
        exception_handlers=failures.HANDLERS,
        lifespan=[connections],
        request_max_body_size=MAX_BODY,
        openapi_config=OpenAPIConfig(
            title="qwenimage.art",
            version="1",
            use_handler_docstrings=True,
            operation_id_creator=described.operation_id,
            render_plugins=[described.Description()],
            openapi_router=Router("/schema", route_handlers=[], opt={"may": Power.LOOK}, include_in_schema=False),
        ),
        logging_config=None,
    )
    app.asgi_handler = Envelope(app.asgi_handler)
    return app

"""What others tell us, signed by them. Heard means that the books are right; anything else makes them tell it again."""

from typing import Any

import msgspec
from litestar import Response, Router, post

from app import stripe_api
from app.clerk import svix
from app.domain import clerk_news, settling
from app.errors import NotFound
from app.roles import Power
from app.routes.pages import Http


@post("/webhooks/clerk", status_code=200, way="clerk")
async def clerk(request: Http) -> Response[Any]:
    """A forged, old or unreadable one is 400 and leaves no trace."""
    message, moment, signatures = (request.headers.get(f"svix-{each}", "") for each in ("id", "timestamp", "signature"))
    body = await request.body()
    if not svix.is_signed(message, moment, signatures, body):
        return Response(b"", status_code=400)
    try:
        await clerk_news.hear(message, body)
    except msgspec.MsgspecError:
        return Response(b"", status_code=400)
    return Response(b"", status_code=200)


@post("/webhooks/stripe", status_code=200)
async def stripe(request: Http) -> Response[Any]:
    """A forged, old or foreign one is 400 and leaves no trace; while Stripe does not answer our asking, 503."""
    if not stripe_api.configured():
        raise NotFound
    event = stripe_api.event(await request.body(), request.headers.get("stripe-signature", ""))
    if event is None:
        return Response(b"", status_code=400)
    if getattr(event, "type", None) in settling.HEARD:
        async with stripe_api.sentences():
            await settling.hear(event)
    return Response(b"", status_code=200)


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[clerk, stripe])

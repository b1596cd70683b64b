"""What others tell us, signed by them. Heard means that the books are right; anything else makes them tell it again."""

from typing import Any

from litestar import Response, Router, post

from app import stripe_api
from app.domain import settling
from app.errors import NotFound
from app.roles import Power
from app.routes.pages import Http


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


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[stripe])

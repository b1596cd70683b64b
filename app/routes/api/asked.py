"""What a program asks, before its door opens: in JSON, and with no parameter that the door does not have."""

from litestar.exceptions import HTTPException

from app.errors import Invalid
from app.routes.failures import NO_SUCH
from app.routes.pages import Http


async def in_json(request: Http) -> None:
    if request.content_type[0] not in {"", "application/json"}:
        raise HTTPException(status_code=415)
    await nothing_unknown(request)


async def nothing_unknown(request: Http) -> None:
    """A parameter that is misspelt would be left out without a word; here it is named. A handler that reads some by
    itself says so: `reads=("days",)`."""
    handler = request.route_handler
    if not (request.query_params and handler.include_in_schema):
        return
    known = {*handler.parsed_fn_signature.parameters, *handler.opt.get("reads", ())}
    for name in request.query_params:
        if name not in known:
            raise Invalid(NO_SUCH, name=name[:40])

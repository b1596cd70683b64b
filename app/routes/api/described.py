"""What the description of the API (OpenAPI) says of every operation alike, said once: keys, limits, problems, ids."""

from typing import Any

from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin

from app import settings
from app.domain import keys, receiving
from app.roles import Power

Part = dict[str, Any]

PROBLEM: Part = {
    "type": "object",
    "description": "RFC 9457. `errors` has a sentence for each field that is wrong.",
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "errors": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["type", "title", "status", "detail"],
}  # fmt: skip
KEY: Part = {"type": "http", "scheme": "bearer", "description": "A key of your account page, `qia_…`."}
ONCE: Part = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "minLength": 1,
    "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "Sent again within a day under the same key, a request is done once and answered the same.",
}  # fmt: skip
IF_NONE_MATCH: Part = {
    "name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "The `ETag` of the answer that you have: if nothing has changed since, 304 and no body.",
}  # fmt: skip
IF_MATCH: Part = {
    "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "The `ETag` of what you read: if it has changed since, 412 and no change.",
}  # fmt: skip
MATCHED = {"change_creation", "change_me", "change_webhook"}
FILE: Part = {
    "required": True,
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {
                "type": "object", "required": ["file", "agreed"], "additionalProperties": False,
                "properties": {
                    "file": {"type": "string", "format": "binary"}, "agreed": {"type": "string", "enum": ["yes"]},
                    "days": {"type": "integer", "minimum": 1},
                },
            }
        },
    },
}  # fmt: skip
BYTES: Part = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
BESIDE_THE_FILE: list[Part] = [
    {"name": "agreed", "in": "query", "schema": {"type": "string", "enum": ["yes"]},
     "description": "You have the right to use it here. Needed when the file is the whole body."},
    {"name": "days", "in": "query", "schema": {"type": "integer", "minimum": 1}, "description": "How long it is kept."},
]  # fmt: skip
INTRODUCTION = (
    "Everything a maker does in the studio. Errors are problem documents; lists are read page by page with `after`; "
    "`RateLimit` and `Retry-After` say how often you may ask."
)


def operation_id(handler: HTTPRouteHandler, method: object, path: object) -> str:
    return handler.handler_name


class Description(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: Part) -> bytes:
        return self.render_json(request, document(request.app))


def document(app: Litestar) -> Part:
    """The whole of it. Nothing in it changes while the process lives, but the callers may keep it or not."""
    found: Part = app.openapi_schema.to_schema()
    found["info"]["description"] = INTRODUCTION
    found["servers"] = [{"url": settings.get().base_url}]
    components = found.setdefault("components", {})
    components["securitySchemes"] = {"key": KEY}
    schemas: Part = components["schemas"]
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            if "oneOf" in field and "enum" in field:  # what may be left out may be null as well
                field["enum"] = [*field["enum"], None]
    _close(found["paths"], schemas)
    schemas["Problem"] = PROBLEM
    doors = {each.handler_name: each for route in app.routes for each in getattr(route, "route_handlers", [])}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _complete(operation, path, method, doors[operation["operationId"]].opt)
    return found


def _close(paths: Part, schemas: Part) -> None:
    """What is sent has no fields but these, `agreed` has to be said, and some limits are this studio's own."""
    limits = {"days": settings.get().upload_days, "size": receiving.most_body()}
    for operation in (each for operations in paths.values() for each in operations.values()):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body:
            asked = schemas[body["schema"]["$ref"].rpartition("/")[2]]
            asked["additionalProperties"] = False
            if "agreed" in asked["properties"]:
                asked["required"] = sorted({*asked["required"], "agreed"})
            for name, field in asked["properties"].items():
                if name in limits and "minimum" in field:
                    field["maximum"] = limits[name]


def _complete(operation: Part, path: str, method: str, opt: Part) -> None:
    name: str = operation["operationId"]
    operation["summary"] = name.replace("_", " ").capitalize()
    operation["tags"] = [path.split("/")[3]]
    open_to_all = opt["may"] == Power.LOOK
    operation["security"] = [{"key": []}, *([{}] if open_to_all else [])]
    operation["x-scope"] = opt["scope"]
    parameters: list[Part] = operation.setdefault("parameters", [])
    for parameter in parameters:
        if parameter["in"] == "path" and parameter["name"].endswith("_id"):
            parameter["schema"]["format"] = "uuid"
    if name == "create_upload":
        operation["requestBody"] = FILE
        parameters += BESIDE_THE_FILE
    if name == "send_bytes":
        operation["requestBody"] = BYTES
    if method == "post":
        parameters.append(ONCE)
    if method == "get":
        parameters.append(IF_NONE_MATCH)
        operation["responses"]["304"] = {"description": "Nothing has changed."}
    if name in MATCHED:
        parameters.append(IF_MATCH)
    responses: Part = operation["responses"]
    responses.pop("400", None)
    for status, sentence in _problems(parameters, "requestBody" in operation):
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        responses[status] = {"description": sentence, "content": content}


def _problems(parameters: list[Part], has_body: bool) -> list[tuple[str, str]]:
    found = [
        ("401", keys.UNKNOWN), ("403", keys.NOT_THIS), ("429", "Too fast; `Retry-After` says when to come back."),
        ("default", "Something was wrong, and `detail` says what."),
    ]  # fmt: skip
    if any(parameter["in"] == "path" for parameter in parameters):
        found.append(("404", "Not there, or not yours."))
    if has_body:
        found.append(("422", "Something in it is wrong; `errors` says which field."))
    return found

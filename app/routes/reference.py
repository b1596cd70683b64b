"""The description of the API as people read it: operations by noun, their fields, and how to call them.

It is read off the same document that programs get (/schema/openapi.json), once for each process.
"""

from collections import defaultdict
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar

from app import settings
from app.routes.api.described import Part, document

# What is typed into examples, by the field's name; everything else by its kind.
TYPICAL: Part = {
    "prompt": "a red fox in the snow", "visibility": "private", "url": "https://example.org/hook", "title": "Fox",
    "name": "Alice", "size": 1048576,
}  # fmt: skip
BY_KIND: Part = {"string": "…", "integer": 7, "number": 0.5, "boolean": True, "object": {}}
SHOWN_ANYWAY = {"create_generation": ("prompt", "visibility"), "price_generation": ("prompt",)}


class Field(msgspec.Struct, frozen=True):
    name: str
    kind: str
    shape: str
    "The name of the shape that it has, if it has one of its own."
    needed: bool
    text: str


class Operation(msgspec.Struct, frozen=True):
    id: str
    method: str
    path: str
    name: str
    text: str
    scope: str
    open: bool
    "Needs no key."
    asked: list[Field]
    body: list[Field]
    status: str
    answer: Field
    curl: str
    python: str


class Reference(msgspec.Struct, frozen=True):
    groups: dict[str, list[Operation]]
    shapes: dict[str, list[Field]]


@cache
def of(app: Litestar) -> Reference:
    told = document(app)
    shapes, groups, shown = told["components"]["schemas"], defaultdict[str, list[Operation]](list), dict[str, Any]()
    for path, operations in told["paths"].items():
        for method, each in operations.items():
            operation = _operation(path, method, each, shapes)
            groups[each["tags"][0]].append(operation)
            _gather(operation.answer.shape, shapes, shown)
    return Reference(dict(sorted(groups.items())), {name: shown[name] for name in sorted(shown)})


def _operation(path: str, method: str, told: Part, shapes: Part) -> Operation:
    content = told.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("schema", {})
    status, answer = next((status, each) for status, each in told["responses"].items() if status.startswith("2"))
    whole: Part = next(iter(answer.get("content", {}).values()), {})
    schema: Part = whole.get("schema", {})
    asked = [_field(each["name"], each["schema"], each.get("required", False), each) for each in told["parameters"]]
    return Operation(
        id=told["operationId"], method=method.upper(), path=path, name=told["summary"],
        text=told.get("description", ""), scope=told["x-scope"], open={} in told["security"], asked=asked,
        body=_fields(body, shapes), status=status, answer=_field("", schema, True, {}),
        curl=_curl(path, method, told, body, content, shapes),
        python=_python(path, method, told, body, content, shapes),
    )  # fmt: skip


def _gather(name: str, shapes: Part, into: dict[str, Any]) -> None:
    """A shape and those inside of it."""
    if name and name not in into:
        into[name] = fields = _fields(shapes[name], shapes)
        for field in fields:
            _gather(field.shape, shapes, into)


def _fields(schema: Part, shapes: Part) -> list[Field]:
    found = _resolved(schema, shapes)
    needed = found.get("required", [])
    return [_field(name, each, name in needed, each) for name, each in found.get("properties", {}).items()]


def _field(name: str, schema: Part, needed: bool, told: Part) -> Field:
    return Field(name, _kind(schema), _shape(schema), needed, told.get("description", ""))


def _kind(schema: Part) -> str:
    if words := schema.get("enum"):
        return " | ".join(str(word) for word in words if word is not None)
    if inner := schema.get("oneOf") or schema.get("anyOf"):
        return " | ".join(dict.fromkeys(_kind(each) for each in inner))
    if "$ref" in schema:
        return _shape(schema)
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or "")


def _shape(schema: Part) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner = [schema.get("items", {})] if schema.get("type") == "array" else schema.get("oneOf", [])
    return next((name for name in map(_shape, inner) if name), "")


def _resolved(schema: Part, shapes: Part) -> Part:
    found: Part = shapes[_shape(schema)] if "$ref" in schema else schema
    return found


def _example(name: str, schema: Part, shapes: Part, only: tuple[str, ...] = ()) -> Any:
    found = _resolved(schema, shapes)
    if name in TYPICAL:
        return TYPICAL[name]
    if words := found.get("enum"):
        return words[0]
    if inner := found.get("oneOf"):
        return _example(name, inner[0], shapes)
    if found.get("type") == "array":
        return [_example("", found["items"], shapes)]
    if properties := found.get("properties"):
        wanted = only or found.get("required") or list(properties)[:1]
        return {each: _example(each, properties[each], shapes) for each in wanted}
    return "ID" if found.get("format") == "uuid" else BY_KIND.get(str(found.get("type")), "…")


def _typed(told: Part, body: Part, shapes: Part) -> str:
    example = _example("", body, shapes, SHOWN_ANYWAY.get(told["operationId"], ()))
    return msgspec.json.encode(example).decode().replace('":', '": ').replace(',"', ', "')


def _address(path: str, told: Part) -> str:
    """With its ids named in capitals, and what it cannot do without."""
    for each in told["parameters"]:
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", each["name"].upper())
    needed = [f"{each['name']}=0" for each in told["parameters"] if each["in"] == "query" and each.get("required")]
    if told["operationId"] == "create_upload":
        needed = ["agreed=yes"]
    return path + ("?" + "&".join(needed) if needed else "")


def _curl(path: str, method: str, told: Part, body: Part, content: Part, shapes: Part) -> str:
    lines = [f'curl "{settings.get().base_url}{_address(path, told)}"']
    if method != "get":
        lines[0] = lines[0].replace("curl", f"curl -X {method.upper()}")
    if {} not in told["security"]:
        lines.append('-H "Authorization: Bearer $KEY"')
    if body:
        lines += ['-H "Content-Type: application/json"', f"-d '{_typed(told, body, shapes)}'"]
    elif content:
        lines += ['-H "Content-Type: application/octet-stream"', "--data-binary @photo.png"]
    return " \\\n     ".join(lines)


def _python(path: str, method: str, told: Part, body: Part, content: Part, shapes: Part) -> str:
    address = _address(path, told).removeprefix("/api/v1")
    if body:
        return f'studio.{method}("{address}", json={_typed(told, body, shapes).replace("true", "True")}).json()'
    if content:
        return (
            f'studio.{method}("{address}", content=open("photo.png", "rb"),\n'
            '            headers={"Content-Type": "application/octet-stream"}).json()'
        )
    return f'studio.{method}("{address}"){"" if method == "delete" else ".json()"}'

"""The page of the API's operations, a line each, so that review sees a changed contract."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.reference.page import WRITTEN_BY, joined

PREFIX = "/api/v1"
METHODS = ("get", "post", "put", "patch", "delete")
_WORDS = frozenset({"description", "summary", "title"})
"""The keys whose texts are no part of the contract."""


def operations_page(document: Mapping[str, Any]) -> str:
    """Returns the page of a description."""
    rows = [
        _row(document, method, path, operations[method])
        for path, operations in sorted(document["paths"].items())
        for method in METHODS
        if method in operations
    ]
    head = ["| operation | scope | body | answer | contract |", "| --- | --- | --- | --- | --- |"]
    return joined(
        [
            "# Operations of the API",
            WRITTEN_BY,
            "Each address below `/api/v1`, with the scope that a token needs, and the types of the body and of the "
            "answer, by which [the description](api.md) at `/api/v1/schema` names them. A `?` marks a body that may be "
            "left out. The last column changes with any parameter, field, type or status of the operation.",
            "\n".join([*head, *rows]),
        ]
    )


def _row(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> str:
    cells = (
        f"`{method.upper()} {path.removeprefix(PREFIX)}`",
        operation.get("x-scope", ""),
        _body(operation),
        _answer(operation),
        f"`{_digest(document, operation)}`",
    )
    return f"| {' | '.join(cells)} |"


def _body(operation: Mapping[str, Any]) -> str:
    body = operation.get("requestBody")
    if body is None:
        return ""
    return _type(body["content"]) + ("" if body.get("required") else "?")


def _answer(operation: Mapping[str, Any]) -> str:
    answers = {status: each for status, each in operation["responses"].items() if status.startswith("2")}
    return ", ".join(f"{status} {_type(each.get('content', {}))}".strip() for status, each in answers.items())


def _type(content: Mapping[str, Any]) -> str:
    """Returns the name of a type, or the media type of bytes."""
    for media_type, each in content.items():
        name = each.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if name or media_type == "application/json":
            return name or "JSON"
    return next(iter(content), "")


def _digest(document: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    """Returns a digest of an operation and of all components that it refers to, without the words about them."""
    shapes: dict[str, Any] = {}
    waiting = [operation]
    while waiting:
        for reference in _references(waiting.pop()):
            if reference not in shapes:
                _, _, kind, name = reference.split("/")
                shapes[reference] = document["components"][kind][name]
                waiting.append(shapes[reference])
    text = json.dumps(_bare([operation, shapes]), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def _bare(value: Any) -> Any:
    """Returns a value without its descriptions. A field may be called `description`: its value is an object."""
    if isinstance(value, Mapping):
        return {key: _bare(each) for key, each in value.items() if not (key in _WORDS and isinstance(each, str))}
    return [_bare(each) for each in value] if isinstance(value, list) else value

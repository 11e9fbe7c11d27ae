"""Answers that are not as described are refused: another status, type or body, a field more or less."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api.described_answers import ApiDescription, NotDescribed
from tests.support.cases import each_case

DESCRIPTION: dict[str, Any] = {
    "paths": {
        "/things": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                    "default": {"$ref": "#/components/responses/Problem"},
                }
            },
            "delete": {"responses": {"204": {}}},
        },
        "/bytes": {"get": {"responses": {"200": {"content": {"*/*": {}}}}}},
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "properties": {
                    "size": {"type": "integer"},
                    "note": {"type": "string", "nullable": True},
                    "part": {"allOf": [{"$ref": "#/components/schemas/Part"}], "nullable": True},
                },
                "required": ["size", "part"],
            },
            "Part": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
        "responses": {"Problem": {"content": {"application/problem+json": {"schema": {"type": "object"}}}}},
    },
}
JSON = "application/json"


@each_case(
    ("operation", "status", "media_type", "body"),
    [
        ("GET /things", 200, JSON, b'{"size": 1, "note": null, "part": {"name": "a"}}'),
        ("GET /things", 200, JSON, b'{"size": 1, "part": null}'),
        ("GET /things", 404, "application/problem+json", b'{"title": "Not found"}'),
        ("POST /things", 405, "application/problem+json", b"{}"),
        ("DELETE /things", 204, "", b""),
        ("GET /bytes", 200, "image/png", b"any"),
        ("GET /bytes", 200, "application/wasm", None),
    ],
)
def test_an_answer_as_described_passes(operation: str, status: int, media_type: str, body: bytes | None) -> None:
    ApiDescription(DESCRIPTION).compare(operation, status, media_type, body)


@each_case(
    ("operation", "status", "media_type", "body", "what"),
    [
        ("GET /nothing", 200, JSON, b"{}", "not described to answer 200"),
        ("POST /things", 200, JSON, b"{}", "not described to answer 200"),
        ("GET /things", 201, JSON, b"{}", "not described to answer 201"),
        ("DELETE /things", 404, JSON, b"{}", "not described to answer 404"),
        ("DELETE /things", 204, JSON, b"{}", "without a body"),
        ("GET /things", 200, "text/html", b"<p>", "with text/html"),
        ("GET /things", 404, JSON, b"{}", "with application/json"),
        ("GET /things", 200, JSON, b'{"part": null}', "'size' is a required property"),
        ("GET /things", 200, JSON, b'{"size": "1", "part": null}', "is not of type 'integer'"),
        ("GET /things", 200, JSON, b'{"size": 1, "part": null, "more": 1}', "'more' was unexpected"),
        ("GET /things", 200, JSON, b'{"size": null, "part": null}', "None is not of type 'integer'"),
        ("GET /things", 200, JSON, b'{"size": 1, "part": {"more": 1}}', "'more' was unexpected"),
    ],
)
def test_any_other_answer_is_refused(operation: str, status: int, media_type: str, body: bytes, what: str) -> None:
    with pytest.raises(NotDescribed, match=what):
        ApiDescription(DESCRIPTION).compare(operation, status, media_type, body)

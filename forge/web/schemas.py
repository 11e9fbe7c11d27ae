"""Schemas that editors fetch. They say what the toolchain of this installation takes, and hold nothing of anybody."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.source.policy.schema import policy_schema
from rune.source.runefile.schema import schema

_SECONDS = 3600


@cache
def _runefile() -> bytes:
    return _as_text(schema(PUBLISHED_BLOCKS))


@cache
def _policy() -> bytes:
    return _as_text(policy_schema())


def _as_text(schema: dict[str, Any]) -> bytes:
    return json.dumps(schema, ensure_ascii=False).encode()


def runefile(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of a Runefile."""
    return _answer(_runefile())


def policy(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of a forge.yml."""
    return _answer(_policy())


def _answer(text: bytes) -> HttpResponse:
    response = HttpResponse(text, content_type="application/schema+json")
    # Editors in a browser fetch it from another origin.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"
    return response

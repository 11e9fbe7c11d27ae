"""Schemas that editors fetch. They say what the toolchain of this installation takes, and hold nothing of anybody."""

from __future__ import annotations

import json
from functools import cache

from django.http import HttpRequest, HttpResponse

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.runefile.schema import schema

_SECONDS = 3600


@cache
def _text() -> bytes:
    return json.dumps(schema(PUBLISHED_BLOCKS), ensure_ascii=False).encode()


def runefile(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of a Runefile."""
    response = HttpResponse(_text(), content_type="application/schema+json")
    # Editors in a browser fetch it from another origin.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"
    return response

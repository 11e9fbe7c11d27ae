"""Compresses the few responses that a first page load waits for. Static files are compressed by the build.

Responses with stored secrets are never compressed.
"""

from __future__ import annotations

import gzip
import re
from typing import Any

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.gzip import gzip_page

__all__ = ["COMPRESSED_UP_TO", "accepts_gzip", "gzip_page", "gzipped"]

COMPRESSED_UP_TO = 256 * 1024
"""Bytes of a file that are compressed at once. A larger one goes as it is, a piece at a time, with its length."""

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")


def accepts_gzip(request: Any) -> bool:
    """Returns whether the client can read such an answer."""
    return _GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) is not None


def gzipped(data: bytes, content_type: str) -> HttpResponse:
    """An answer of these bytes, compressed: the same for the same bytes."""
    response = HttpResponse(gzip.compress(data, mtime=0), content_type=content_type)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.content))
    patch_vary_headers(response, ("Accept-Encoding",))
    return response

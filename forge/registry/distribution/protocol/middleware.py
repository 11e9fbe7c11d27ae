"""Answers the registry's addresses without the middleware of pages. They know no cookie, session, form or nonce, and
that middleware would be a quarter of the work of a pull."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware

from forge.core.http.middleware import page_policies
from forge.core.http.policies import NOT_A_PAGE
from forge.registry.distribution.protocol.api import distribution

ROOT: Final = "/v2/"
_Answer = Callable[[HttpRequest], HttpResponseBase]


class RegistryAddresses:
    """Answers what is below /v2/. As every answer, these have a checked host, a length and policies."""

    def __init__(self, get_response: _Answer) -> None:
        self._pages = get_response
        # Each of them is synchronous, because the innermost is.
        frame_middleware: Any = XFrameOptionsMiddleware(cast("Any", page_policies(_answer)))
        self._registry = cast("_Answer", convert_exception_to_response(CommonMiddleware(frame_middleware)))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(ROOT):
            return self._pages(request)
        response = self._registry(request)
        # Django answers an error that nobody foresaw outside of what sets the policy.
        response.headers.setdefault("Content-Security-Policy", NOT_A_PAGE)
        return response


def _answer(request: HttpRequest) -> HttpResponseBase:
    return distribution(request, request.path_info.removeprefix(ROOT))

"""Answers the addresses of devices without the middleware of pages. They know no cookie, session, form or nonce, and
that middleware would be most of the work of a poll."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware

from forge.core.http.middleware import page_policies
from forge.core.http.policies import NOT_A_PAGE
from forge.fleet.serving.views import device_address
from forge.fleet.stock.views import stock_address
from hmrd.protocol.addresses import ROOT, STOCK_ROOTS

_Answer = Callable[[HttpRequest], HttpResponseBase]


def _address(request: HttpRequest) -> HttpResponseBase:
    return device_address(request) if request.path_info.startswith(ROOT) else stock_address(request)


class DeviceAddresses:
    """Answers what `hmrd` asks below /api/device/v1/, and what stock clients ask below /default/.

    As every answer, these have a checked host, a length and policies.
    """

    def __init__(self, get_response: _Answer) -> None:
        self._pages = get_response
        # Each of them is synchronous, because the innermost is.
        frame_middleware: Any = XFrameOptionsMiddleware(cast("Any", page_policies(_address)))
        self._devices = cast("_Answer", convert_exception_to_response(CommonMiddleware(frame_middleware)))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith((ROOT, *STOCK_ROOTS)):
            return self._pages(request)
        response = self._devices(request)
        # Django answers an error that nobody foresaw outside of what sets the policy.
        response.headers.setdefault("Content-Security-Policy", NOT_A_PAGE)
        return response

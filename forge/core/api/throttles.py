"""Rate limits per person, or per address for visitors; the response says how many requests are left.

The headers are those of the IETF's draft "RateLimit header fields for HTTP"; `middleware` puts them on the answer.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from forge.core.errors import CountersUnavailable

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RateLimit:
    """The remaining requests of a limit; `reset` is the time in seconds until it is full again."""

    limit: int
    remaining: int
    reset: int

    def put_on(self, response: HttpResponseBase) -> None:
        response.headers["RateLimit-Limit"] = str(self.limit)
        response.headers["RateLimit-Remaining"] = str(self.remaining)
        response.headers["RateLimit-Reset"] = str(self.reset)


class PersonThrottle(SimpleRateThrottle):
    """Counts requests to the API by person, or by address for a visitor."""

    scope = "person"

    def __init__(self) -> None:
        super().__init__()
        self._visitor_rate = self.parse_rate(str(self.THROTTLE_RATES["visitor"]))

    def get_cache_key(self, request: Request, view: Any) -> str:
        if request.user and request.user.is_authenticated:
            return f"throttle:person:{request.user.pk}"
        self.num_requests, self.duration = self._visitor_rate
        return f"throttle:visitor:{self.get_ident(request)}"

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            is_allowed = super().allow_request(request, view)
        except CountersUnavailable:
            # Nobody is kept from reading and from their work for that; signing in does wait for the counters.
            _log.warning("A request is let in without being counted")
            return True
        limit = self.num_requests or 0
        reset = int(self.duration - (self.now - self.history[-1])) + 1 if self.history and self.duration else 0
        request._request.rate_limit = RateLimit(  # type: ignore[attr-defined]
            limit, max(0, limit - len(self.history)), reset
        )
        return is_allowed

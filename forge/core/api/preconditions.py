"""Acts on something that can change name the state that the caller read: `If-Match` (RFC 9110, 13.1.1; RFC 6585, 3).
What makes a thing takes `If-None-Match: *` too, so that it replaces none (RFC 9110, 13.1.2).

A `GET` answers the state as `ETag` (`with_etag`), the act takes it (`request_precondition`), and the action compares it
under the lock of what it changes (`forge.core.preconditions`).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.http import parse_etags, quote_etag
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from forge.core.errors import PreconditionRequired, Stale
from forge.core.preconditions import ABSENT, ANY, NO_PRECONDITION, Facet, Precondition, etag_of


def _if_match(*, required: bool) -> OpenApiParameter:
    text = "The `ETag` of the thing when it was read. If it has changed since, the answer is 412."
    return OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=required, description=text)


OPTIONAL_IF_MATCH = _if_match(required=False)
REQUIRED_IF_MATCH = _if_match(required=True)
ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200],
    description="The state that an act on it names as `If-Match`.",
)
REFUSALS = (Stale, PreconditionRequired)
"""The errors of an act that takes `If-Match`, beside its own."""


def with_etag(response: Response, facets: Sequence[Facet]) -> Response:
    """Returns the response with the state of what it describes as its `ETag`."""
    response["ETag"] = quote_etag(etag_of(facets))
    return response


def request_precondition(request: Request) -> Precondition:
    """Returns the states that `If-Match` names, for an action to compare once it has checked the permission; none
    without the header, which `forge.core.preconditions.require_precondition` refuses."""
    states = optional_if_match(request)
    if states is None and request.headers.get("If-None-Match", "").strip() == ANY:
        return [ABSENT]
    return states or []


def required_if_match(request: Request) -> list[str]:
    """Returns the states that `If-Match` names, without quotes. Raises `PreconditionRequired` where it names none."""
    states = optional_if_match(request)
    if states is None or states == [ANY]:
        raise PreconditionRequired(NO_PRECONDITION)
    return states


def optional_if_match(request: Request) -> list[str] | None:
    """Returns the states that `If-Match` names, without quotes; None without the header."""
    header = request.headers.get("If-Match")
    return None if header is None else [etag.strip('"') for etag in parse_etags(header)]

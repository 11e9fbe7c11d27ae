"""Acts on something that can change name the state that the caller read: `If-Match` (RFC 9110, 13.1.1; RFC 6585, 3)."""

from __future__ import annotations

from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from forge.core.errors import PreconditionRequired


def _if_match(*, required: bool) -> OpenApiParameter:
    text = "The `ETag` of the thing when it was read. If it has changed since, the answer is 412."
    return OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=required, description=text)


OPTIONAL_IF_MATCH = _if_match(required=False)
REQUIRED_IF_MATCH = _if_match(required=True)


def required_if_match(request: Request) -> list[str]:
    """Returns the states that `If-Match` names, without quotes. Raises `PreconditionRequired` where it is missing."""
    states = optional_if_match(request)
    if states is None:
        raise PreconditionRequired("Send If-Match with the ETag of what you read, so that nothing newer is acted on.")
    return states


def optional_if_match(request: Request) -> list[str] | None:
    """Returns the states that `If-Match` names, without quotes; None without the header."""
    header = request.headers.get("If-Match")
    return None if header is None else [etag.strip('"') for etag in parse_etags(header)]

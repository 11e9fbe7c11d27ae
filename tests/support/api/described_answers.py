"""Compares every answer of the API that a test gets with the API's description: its status, its type and its JSON.

A middleware of the tests' settings. The description is the one that `make setup` wrote.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from tests.support.api.event_check import closed
from tools.setup import API

ADDRESSES = "/api/v1/"
UNDESCRIBED = frozenset({"/api/v1/schema"})
"""The description does not describe itself."""

ANY_BYTES = "*/*"
"""Stands in the description for bytes of any type."""


class NotDescribed(AssertionError):
    """An answer is not what the description says."""


@sync_and_async_middleware
def compare_with_the_description(get_response: Any) -> Any:
    """Compares the answers of the API."""
    if inspect.iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            return compared(request, await get_response(request))

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        return compared(request, get_response(request))

    return synchronous


def compared(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The response. Raises `NotDescribed`."""
    match = request.resolver_match
    if request.path.startswith(ADDRESSES) and match is not None and request.method not in ("HEAD", "OPTIONS"):
        address = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{match.route}")
        if address not in UNDESCRIBED:
            media_type, _, _ = response.headers.get("Content-Type", "").partition(";")
            body = getattr(response, "content", None)
            description().compare(f"{request.method} {address}", response.status_code, media_type, body)
    return response


class ApiDescription:
    """A description of an API in OpenAPI 3.0, to compare answers with."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self._paths = description["paths"]
        components = description.get("components", {})
        self._responses = components.get("responses", {})
        self._schemas = closed(components.get("schemas", {}))
        self._validators: dict[tuple[str, str, str], Draft202012Validator] = {}

    def compare(self, operation: str, status: int, media_type: str, body: bytes | None) -> None:
        """Compares an answer. The body of a stream is None, and is not read. Raises `NotDescribed`."""
        method, _, address = operation.partition(" ")
        responses = self._paths.get(address, {}).get(method.lower(), {}).get("responses", {})
        if status >= 400 and not responses:
            return  # an address without this method
        key = str(status) if str(status) in responses else "default"
        if key not in responses or (key == "default" and status < 300):
            raise NotDescribed(f"{operation} is not described to answer {status}")
        content = self._content(responses[key])
        if not content and body:
            raise NotDescribed(f"{operation} is described to answer {status} without a body")
        if content and not {media_type, ANY_BYTES} & content.keys():
            raise NotDescribed(f"{operation} is not described to answer {status} with {media_type}")
        if media_type in content and media_type.endswith("json") and body is not None:
            validator = self._validator((operation, key, media_type), content[media_type]["schema"])
            if (problem := best_match(validator.iter_errors(json.loads(body)))) is not None:
                raise NotDescribed(f"{operation}: {status}: {problem.json_path}: {problem.message[:500]}")

    def _content(self, response: Mapping[str, Any]) -> Mapping[str, Any]:
        description = self._responses[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
        content: Mapping[str, Any] = description.get("content", {})
        return content

    def _validator(self, key: tuple[str, str, str], schema: Mapping[str, Any]) -> Draft202012Validator:
        if key not in self._validators:
            root = {"allOf": [closed(schema)], "components": {"schemas": self._schemas}}
            self._validators[key] = Draft202012Validator(root, format_checker=FormatChecker())
        return self._validators[key]


@cache
def description() -> ApiDescription:
    """The API's description."""
    return ApiDescription(json.loads(API.read_text("utf-8")))

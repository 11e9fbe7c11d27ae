"""Asking a server for JSON: an answer of bounded size, whatever its status says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import httpx

from rune.tools.remote.errors import RegistryRefused, RegistryUnreachable
from rune.wording import size_text

_PART = 64 * 1024


class JsonAnswer(NamedTuple):
    """A server's answer: `values` is empty where the body is no JSON object, `etag` where no state is named."""

    status: int
    values: dict[str, Any]
    etag: str


def json_answer(
    client: httpx.Client,
    method: str,
    server: str,
    path: str,
    body: Mapping[str, Any] | None,
    limit: int,
    headers: Mapping[str, str] | None = None,
    content: bytes | Iterable[bytes] | None = None,
) -> JsonAnswer:
    """Returns an answer. Nothing is followed: what is sent goes to this server alone. Raises `RegistryUnreachable`, and
    `RegistryRefused` for more than `limit` bytes."""
    status, answer_body, answer_headers = bounded_answer(client, method, server, path, limit, body, headers, content)
    return JsonAnswer(status, json_object(answer_body), answer_headers.get("ETag", ""))


def bounded_answer(
    client: httpx.Client,
    method: str,
    server: str,
    path: str,
    limit: int,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    content: bytes | Iterable[bytes] | None = None,
) -> tuple[int, bytes, httpx.Headers]:
    """Returns the status, body and headers of an answer. `content` is sent as it is, and `body` as JSON. Raises as
    `json_answer` does."""
    answer_body = bytearray()
    try:
        with client.stream(method, f"{server}{path}", json=body, content=content, headers=headers) as response:
            for chunk in response.iter_bytes(_PART):
                answer_body += chunk
                if len(answer_body) > limit:
                    raise RegistryRefused(f"{server} answered with more than {size_text(limit)}")
    except httpx.LocalProtocolError:
        # Its text has the header, and so the token.
        raise RegistryUnreachable(f"{server} got no request: this token or address cannot stand in one.") from None
    except (httpx.TransportError, httpx.DecodingError) as error:
        reason = str(error) or type(error).__name__
        raise RegistryUnreachable(f"{server} does not answer: {reason}. Check the address.") from error
    return response.status_code, bytes(answer_body), response.headers


def json_object(data: bytes) -> dict[str, Any]:
    """Returns the JSON object in some bytes; an empty one where they are anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}

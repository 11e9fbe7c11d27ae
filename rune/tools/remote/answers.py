"""Asking a server for JSON: an answer of bounded size, whatever its status says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from rune.tools.remote.errors import RegistryRefused, RegistryUnreachable
from rune.wording import size_text

_PART = 64 * 1024


def json_answer(
    client: httpx.Client, method: str, server: str, path: str, body: Mapping[str, str] | None, limit: int
) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an answer, empty where that is no object. Nothing is followed: what is sent goes to this
    server alone. Raises `RegistryUnreachable`, and `RegistryRefused` for more than `limit` bytes."""
    received = bytearray()
    try:
        with client.stream(method, f"{server}{path}", json=body) as response:
            for chunk in response.iter_bytes(_PART):
                received += chunk
                if len(received) > limit:
                    raise RegistryRefused(f"{server} answered with more than {size_text(limit)}")
    except (httpx.TransportError, httpx.DecodingError) as error:
        reason = str(error) or type(error).__name__
        raise RegistryUnreachable(f"{server} does not answer: {reason}. Check the address.") from error
    try:
        answer = json.loads(bytes(received))
    except (ValueError, RecursionError):
        answer = {}
    return response.status_code, answer if isinstance(answer, dict) else {}

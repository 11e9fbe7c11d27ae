"""Answering a request before Django sees it: with a problem as the API has them, or an error of the registry's
protocol."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from forge.core.api.problems import MEDIA_TYPE, problem
from forge.core.http.asgi.lifespan import Receive, Scope, Send
from forge.core.http.asgi.streamed_bodies import BodyStopped
from forge.registry.distribution.protocol.addresses import ROOT
from forge.registry.distribution.protocol.refusals import body_of, refusal_of_status

LINGER_SECONDS = 1.0
"""How long the connection of a client that still sends stays open: closed at once, the answer would be lost."""
LINGER_BYTES = 128 * 1024
"""How much of what it sends is taken in meanwhile, and thrown away."""


class RequestRefused(BodyStopped):
    """A request is refused; carries the answer."""

    def __init__(self, refusal: RefusalResponse) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal
        self.status = refusal.status


@dataclass(frozen=True)
class RefusalResponse:
    """An answer to a request that is refused. `retry_after` is in seconds, and 0 where waiting does not help."""

    status: HTTPStatus
    title: str
    detail: str
    retry_after: int = 0
    more: dict[str, Any] = field(default_factory=dict)
    """Further members of the problem, for programs."""


def client_of(scope: Scope) -> str:
    """The address of who asks; behind a trusted proxy the one that it forwards."""
    return scope["client"][0] if scope.get("client") else ""


async def refuse(scope: Scope, refusal: RefusalResponse, receive: Receive, send: Send) -> None:
    """Answers and ends the connection: the body is not read."""
    media_type, value = _answer_to(scope, refusal)
    body = json.dumps(value).encode("utf-8")
    headers = [
        (b"content-type", media_type.encode("ascii")),
        (b"content-length", str(len(body)).encode("ascii")),
        (b"connection", b"close"),
    ]
    if refusal.retry_after:
        headers.append((b"retry-after", str(refusal.retry_after).encode("ascii")))
    if refusal.status is HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": int(refusal.status), "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await _linger(receive)
    await send({"type": "http.response.body", "body": b""})


def _answer_to(scope: Scope, refusal: RefusalResponse) -> tuple[str, dict[str, Any]]:
    """The type of an answer, and its body."""
    if scope["path"].startswith(ROOT):
        return "application/json", body_of(refusal_of_status(refusal.status, refusal.detail))
    return MEDIA_TYPE, problem(refusal.status, refusal.title, refusal.detail, **refusal.more)


async def _linger(receive: Receive) -> None:
    """Waits until the client has sent all, or for a moment."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LINGER_SECONDS
    left, more = LINGER_BYTES, True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(deadline):
            while more and left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                more = message.get("more_body", False)
    if more:
        await asyncio.sleep(deadline - loop.time())

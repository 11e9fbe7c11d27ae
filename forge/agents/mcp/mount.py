"""The address `/mcp`: who calls is found from the token, and the official library serves the protocol.

Requests carry all that they need, so that any process answers any of them. A right that has ended is noticed at the
next call.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings

from forge.accounts.sign_in.attempts import network_of
from forge.accounts.tokens.authorization import NotAToken, read_authorization
from forge.agents.actions.rights import agent_of_token
from forge.agents.limits import FAILURES_OF_ADDRESS, count_call
from forge.agents.mcp.calls import AGENT_KEY
from forge.agents.sign_in.access_tokens import agent_of_access_token
from forge.agents.sign_in.adapter import MCP_PATH
from forge.core.errors import Busy, DomainError, TooOften
from forge.core.http.asgi.lifespan import Receive, Scope, Send

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

RESOURCE_METADATA: Final = "/.well-known/oauth-protected-resource/mcp"
LARGEST_CALL: Final = 4 * 1024 * 1024
"""Bytes of one call."""

App = Callable[[Any, Any, Any], Awaitable[None]]


class McpMount:
    """Serves `/mcp`, and leaves all other requests to an application."""

    def __init__(self, inner: App) -> None:
        self._inner = inner
        self._manager: StreamableHTTPSessionManager | None = None
        self._stopping = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != MCP_PATH:
            await self._inner(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await _answer(send, 204, {}, _CORS)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        try:
            agent = await database_sync_to_async(find_agent_of, thread_sensitive=False)(
                headers.get(b"authorization", ""), headers.get(b"user-agent", "")
            )
            if agent is None:
                await database_sync_to_async(count_failure, thread_sensitive=False)(scope)
        except TooOften as error:
            headers_of_wait = (b"retry-after", str(error.retry_after).encode())
            await _answer(send, 429, _temporary(error), [*_CORS, headers_of_wait])
            return
        except Busy as error:
            await _answer(send, 503, _temporary(error), _CORS)
            return
        except DomainError as error:
            await _answer(send, 403, {"error": "insufficient_scope", "error_description": error.detail}, _CORS)
            return
        if agent is None:
            await _answer(send, 401, _SIGN_IN, [*_CORS, (b"www-authenticate", _challenge())])
            return
        scope[AGENT_KEY] = agent
        manager = await self._started()
        await manager.handle_request(scope, receive, _with_cors(send))

    async def _started(self) -> StreamableHTTPSessionManager:
        """Returns the manager, which the first request starts: the library and what it loads take some memory."""
        async with self._starting:
            if self._manager is None:
                manager = await asyncio.to_thread(_new_manager)
                ready = asyncio.Event()
                self._serving = asyncio.create_task(self._serve(manager, ready))
                await ready.wait()
                self._manager = manager
            return self._manager

    async def _serve(self, manager: StreamableHTTPSessionManager, ready: asyncio.Event) -> None:
        async with manager.run():
            ready.set()
            with contextlib.suppress(asyncio.CancelledError):
                await self._stopping.wait()


def _new_manager() -> StreamableHTTPSessionManager:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from forge.agents.mcp.server import mcp_server

    return StreamableHTTPSessionManager(mcp_server(), stateless=True, max_request_body_size=LARGEST_CALL)


_SIGN_IN = {
    "error": "invalid_token",
    "error_description": "Let a person sign in, as the metadata of this resource says, or send a token of theirs.",
}
_CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST, DELETE, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"authorization, content-type, accept, last-event-id, "
        b"mcp-protocol-version, mcp-session-id, mcp-method, mcp-name",
    ),
    (b"access-control-expose-headers", b"mcp-session-id, www-authenticate"),
]
"""Pages of other origins may call with a token that they have: no cookie is read here."""


def find_agent_of(authorization: str, user_agent: str) -> UUID | None:
    """Returns the id of the agent whose token a request has; None without a token that works.

    Raises `Forbidden` for a token of a person that no agent may use.
    """
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    if (agent := agent_of_access_token(secret.strip())) is not None:
        return agent.pk
    try:
        token = read_authorization(authorization).token
    except NotAToken:
        return None
    return None if token is None else agent_of_token(token, user_agent.partition("/")[0]).pk


def count_failure(scope: Scope) -> None:
    """Counts a request without a token that works, for its address. Raises `TooOften` and `CountersUnavailable`.

    Nobody else at the address is kept out: a token that works is answered however many others failed.
    """
    address = scope["client"][0] if scope.get("client") else ""
    count_call(FAILURES_OF_ADDRESS, network_of(address))


def _temporary(error: DomainError) -> dict[str, str]:
    return {"error": "temporarily_unavailable", "error_description": error.detail}


def _challenge() -> bytes:
    metadata = f"{settings.PUBLIC_URL}{RESOURCE_METADATA}"
    return f'Bearer error="invalid_token", resource_metadata="{metadata}"'.encode()


async def _answer(send: Send, status: int, body: Any, headers: list[tuple[bytes, bytes]]) -> None:
    data = json.dumps(body).encode() if body else b""
    more = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*more, *headers]})
    await send({"type": "http.response.body", "body": data})


def _with_cors(send: Send) -> Send:
    async def with_headers(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *_CORS]}
        await send(message)

    return with_headers

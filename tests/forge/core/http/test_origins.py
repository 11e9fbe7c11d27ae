"""Sockets are opened by our own pages only."""

from __future__ import annotations

from typing import Any

import pytest

from forge.core.http.asgi.origins import SameOrigin


async def _is_let_in(origin: str | None, host: str) -> bool:
    is_inside = False

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal is_inside
        is_inside = True

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        pass

    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin is not None else [])
    guard = SameOrigin(application, "https://forge.example", ["forge.example", "127.0.0.1", "[::1]"])
    await guard({"type": "websocket", "path": "/ws/x", "headers": headers}, receive, send)
    return is_inside


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("https://forge.example", "forge.example"),
        ("https://forge.example", "inner:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
async def test_a_page_of_ours_is_let_in(origin: str, host: str) -> None:
    assert await _is_let_in(origin, host)


@pytest.mark.protects("sign-in/socket-origins")
@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "127.0.0.1:8000"),
        ("null", "127.0.0.1:8000"),
        ("https://evil.example", "forge.example"),
        ("http://127.0.0.1:9000", "127.0.0.1:8000"),
        ("http://evil.example", "evil.example"),
        ("https://forge.example.evil.example", "forge.example"),
        ("http://[", "127.0.0.1:8000"),
        ("file://127.0.0.1:8000", "127.0.0.1:8000"),
    ],
)
async def test_any_other_page_is_not(origin: str | None, host: str) -> None:
    assert not await _is_let_in(origin, host)

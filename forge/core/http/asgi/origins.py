"""Allows sockets from our own pages only, by the `Origin` header."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http.request import validate_host

from forge.core.http.asgi.lifespan import Receive, Scope, Send


class SameOrigin:
    """ASGI middleware for sockets: the origin's host and port are those that were asked, or it is the public address.

    A program that is no browser sends no origin and must say that of the server. Someone else's page cannot forge one.
    """

    def __init__(self, application: Any, public_url: str, allowed_hosts: list[str]) -> None:
        self._application = application
        self._public_url = public_url
        self._allowed_hosts = allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if self._is_ours(headers.get(b"origin", ""), headers.get(b"host", "")):
            await self._application(scope, receive, send)
        else:
            await receive()  # the connection request; closing before accepting it answers 403
            await send({"type": "websocket.close"})

    def _is_ours(self, origin: str, host: str) -> bool:
        if origin == self._public_url:
            return True
        try:
            split = urlsplit(origin)
            name = split.hostname or ""
        except ValueError:
            return False
        # The host must be one of ours: a page of a stranger's name that was pointed at this machine has its own.
        host_name = f"[{name}]" if ":" in name else name
        same = split.scheme in ("http", "https") and split.netloc == host
        return same and validate_host(host_name, self._allowed_hosts)

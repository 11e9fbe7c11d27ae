"""Connections to a real server: handshakes and headers have an end, in bytes and in time, and requests are answered."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn

from forge.request_limits import acceptor, protocols
from forge.request_limits.acceptor import Acceptor, tls_context
from forge.request_limits.capacity import Capacity
from forge.request_limits.connection_limits import ConnectionLimiter
from forge.request_limits.protocols import LimitedWebSocketProtocol, protocol_for
from forge.serving.local_authority import server_certificate
from tests.support.patience import PATIENCE

SMALL = Capacity(
    connections=6,
    connections_of_address=2,
    requests=2,
    requests_of_address=1,
    sockets_of_address=2,
    device_requests_of_address=1,
)
GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


async def _answers(scope: Any, receive: Any, send: Any) -> None:
    body = bytes(20_000_000) if scope["path"] == "/large" else b"ok"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


class _ProtocolServer:
    """A server on a port of this machine."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.limiter = ConnectionLimiter(SMALL)
        self._config = uvicorn.Config(_answers, ws=LimitedWebSocketProtocol, lifespan="off", log_level="error")
        self.server = uvicorn.Server(self._config)
        self._context = context
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> _ProtocolServer:
        self._config.load()
        self.server.lifespan = self._config.lifespan_class(self._config)
        await self.server.startup([])
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        state = self.server.server_state
        make = partial(protocol_for(self.limiter), config=self._config, server_state=state, app_state={})
        self._listening, self._acceptor = listening, Acceptor(listening, make, self.limiter, self._context)
        self._acceptor.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for writer in self._writers:
            writer.close()
        self._acceptor.stop()
        await self.server.shutdown([self._listening])

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(writer)
        return reader, writer


@pytest_asyncio.fixture
async def server() -> AsyncIterator[_ProtocolServer]:
    async with _ProtocolServer() as running:
        yield running


async def _status(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(PATIENCE):
        return (await reader.readline()).strip()


@pytest.mark.protects("availability/endless-headers")
async def test_headers_without_end_are_refused(server: _ProtocolServer) -> None:
    reader, writer = await server.connect()
    writer.write(b"GET / HTTP/1.1\r\nX-Long: ")
    for _ in range(3):
        writer.write(b"x" * 32_768)
        await writer.drain()
        await asyncio.sleep(0.01)
    assert await _status(reader) == b"HTTP/1.1 431 Request Header Fields Too Large"


async def test_headers_that_take_too_long_are_refused(server: _ProtocolServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "HEADER_TIMEOUT_SECONDS", 0.05)
    reader, writer = await server.connect()
    writer.write(b"GET / HTTP/1.1\r\n")
    assert await _status(reader) == b"HTTP/1.1 408 Request Timeout"


async def test_a_line_end_now_and_then_keeps_no_connection_open(
    server: _ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = await server.connect()
    writer.write(GET)
    async with asyncio.timeout(PATIENCE):
        await reader.readuntil(b"ok")
    monkeypatch.setattr(protocols, "HEADER_TIMEOUT_SECONDS", 0.05)
    writer.write(b"\r\n")
    assert await _status(reader) == b"HTTP/1.1 408 Request Timeout"


async def test_requests_in_a_row_are_all_answered(server: _ProtocolServer) -> None:
    reader, writer = await server.connect()
    # Together they are longer than the headers of one may be.
    writer.write(GET.replace(b"here", b"here\r\nX: " + b"x" * 20_000) * 5)
    async with asyncio.timeout(PATIENCE):
        for _ in range(5):
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")


@pytest.mark.slow
@pytest.mark.protects("availability/unread-answers")
async def test_an_answer_that_nobody_reads_is_not_kept(
    server: _ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "READ_TIMEOUT_SECONDS", 0.05)
    client = socket.create_connection(("127.0.0.1", server.port))
    client.sendall(GET.replace(b"/", b"/large", 1))
    async with asyncio.timeout(PATIENCE):
        while server.limiter.open == 0:
            await asyncio.sleep(0.01)
        while server.limiter.open:
            await asyncio.sleep(0.01)
    client.close()


async def test_a_connection_that_waits_is_given_up_for_a_new_one(server: _ProtocolServer) -> None:
    first, _ = await server.connect()
    second, writer = await server.connect()
    third, newest = await server.connect()
    newest.write(GET)
    writer.write(GET)
    assert await _status(third) == b"HTTP/1.1 200 OK"
    assert await _status(second) == b"HTTP/1.1 200 OK"
    assert await first.read() == b""
    assert server.limiter.open == 2


@pytest_asyncio.fixture
async def tls_server(tmp_path: Path) -> AsyncIterator[_ProtocolServer]:
    files = server_certificate(tmp_path, ipaddress.IPv4Address("127.0.0.1"), datetime.datetime.now(datetime.UTC))
    async with _ProtocolServer(tls_context(files.certificate, files.key)) as running:
        yield running


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.mark.slow
@pytest.mark.protects("availability/idle-connections")
async def test_who_never_agrees_on_keys_counts_and_makes_room(tls_server: _ProtocolServer) -> None:
    silent = [await tls_server.connect() for _ in range(4)]
    reader, writer = await asyncio.open_connection("127.0.0.1", tls_server.port, ssl=_trusting())
    writer.write(GET)
    assert await _status(reader) == b"HTTP/1.1 200 OK"
    async with asyncio.timeout(PATIENCE):
        for closed, _ in silent[:3]:
            assert await closed.read() == b""
    assert tls_server.limiter.open == 2
    writer.close()


async def test_keys_are_not_waited_for_long(tls_server: _ProtocolServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptor, "HEADER_TIMEOUT_SECONDS", 0.05)
    reader, _ = await tls_server.connect()
    async with asyncio.timeout(PATIENCE):
        assert await reader.read() == b""
    assert tls_server.limiter.open == 0

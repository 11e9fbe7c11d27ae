"""Django answers in one turn of a thread: all of its middleware is asked, and an answer ends when its client leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from forge.request_limits.request_threads import THREADS
from forge.request_limits.streaming import StreamingHandler


class ReadingError(Exception):
    """An error of reading the bytes of an answer."""


_endings: list[str] = []
_threads: set[str] = set()


async def _endless() -> AsyncIterator[bytes]:
    try:
        while True:
            yield b"more"
            await asyncio.sleep(0)
    finally:
        _endings.append("endless")


async def _breaking() -> AsyncIterator[bytes]:
    yield b"some"
    raise ReadingError


def _text(request: HttpRequest) -> HttpResponse:
    _threads.add(threading.current_thread().name)
    return HttpResponse(request.method.encode() + b" " + request.body if request.method else b"")


urlpatterns = [
    path("text", _text),
    path("endless", lambda request: StreamingHttpResponse(_endless())),
    path("breaking", lambda request: StreamingHttpResponse(_breaking())),
]


@pytest.fixture(autouse=True)
def own_addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    _endings.clear()
    _threads.clear()


class _TurnClient:
    """A client that sends one request, and keeps the answer."""

    def __init__(self, place: str, body: bytes = b"", leaves_after: int = -1) -> None:
        self.scope = {
            "type": "http",
            "method": "POST" if body else "GET",
            "path": place,
            "raw_path": place.encode(),
            "query_string": b"",
            "root_path": "",
            "http_version": "1.1",
            "scheme": "http",
            "client": ("127.0.0.1", 4),
            "server": ("localhost", 80),
            "headers": [(b"host", b"localhost")],
        }
        self._body, self._leaves_after = body, leaves_after
        self._received = 0
        self._left = asyncio.Event()
        self.messages: list[Any] = []

    async def receive(self) -> Any:
        self._received += 1
        if self._received == 1:
            return {"type": "http.request", "body": self._body}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.messages.append(message)
        if len(self.messages) == self._leaves_after:
            self._left.set()

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def content(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])


def _answered(place: str, *, is_short: bool, body: bytes = b"", leaves_after: int = -1) -> _TurnClient:
    async def answer() -> _TurnClient:
        client = _TurnClient(place, body, leaves_after)
        handler = StreamingHandler(lambda _: False, lambda _: is_short)
        await asyncio.wait_for(handler(client.scope, client.receive, client.send), 20)
        return client

    return asyncio.run(answer())


both = pytest.mark.parametrize("is_short", [True, False])


@both
def test_all_middleware_is_received(is_short: bool) -> None:
    client = _answered("/text", is_short=is_short)
    assert (client.status, client.content) == (200, b"GET ")
    assert client.headers["X-Frame-Options"] == "DENY"
    assert "camera=" in client.headers["Permissions-Policy"]
    assert client.headers["Cache-Control"] == "private, no-cache"


@both
def test_an_unknown_address_and_a_form_without_its_token_are_refused(is_short: bool, db: None) -> None:
    assert _answered("/nowhere", is_short=is_short).status == 404
    client = _answered("/text", is_short=is_short, body=b"sent")
    assert client.status == 403


@both
def test_a_client_that_leaves_ends_its_answer(is_short: bool) -> None:
    client = _answered("/endless", is_short=is_short, leaves_after=5)
    assert client.status == 200
    assert _endings == ["endless"]


def test_an_answer_that_breaks_off_is_no_whole_one() -> None:
    with pytest.raises(ReadingError):
        _answered("/breaking", is_short=True)


@both
def test_each_request_is_said_to_be_finished_once(is_short: bool) -> None:
    count: list[object] = []

    def finished(**_signal: Any) -> None:
        count.append(1)

    request_finished.connect(finished)
    try:
        _answered("/text", is_short=is_short)
        _answered("/endless", is_short=is_short, leaves_after=3)
    finally:
        request_finished.disconnect(finished)
    assert len(count) == 2


def test_short_requests_share_a_few_threads() -> None:
    async def answer_many() -> None:
        handler = StreamingHandler(lambda _: False, lambda _: True)
        clients = [_TurnClient("/text") for _ in range(5 * THREADS)]
        await asyncio.gather(*(handler(each.scope, each.receive, each.send) for each in clients))
        assert {each.status for each in clients} == {200}

    asyncio.run(answer_many())
    assert 0 < len(_threads) <= THREADS

"""A body is refused before it is read, or cut off: by who sends it, what it promises, what comes, and how slowly."""

from __future__ import annotations

import asyncio
import errno
import json
from typing import Any

import pytest

from forge.request_limits import bodies, refusals
from forge.request_limits.bodies import ANONYMOUS_BYTES, BODIES_PER_SENDER, TOTAL_BODIES, BodyGate
from tests.support.patience import PATIENCE

LIMIT = 1_000_000
LARGE = ANONYMOUS_BYTES + 1


class _BodyReader:
    """An application that reads its whole body and answers with its length, as Django does."""

    def __init__(self, error: Exception | None = None) -> None:
        self.read = 0
        self.called = False
        self._error = error

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.called = True
        more = True
        while more:
            message = await receive()
            self.read += len(message.get("body", b""))
            more = message.get("more_body", False)
            if self._error:
                raise self._error
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


class _Upload:
    """A client that sends pieces, counts how many were taken, and may stop before the last one."""

    def __init__(self, piece: int, pieces: int, stops_after: int | None = None) -> None:
        self.sent = 0
        self._piece, self._pieces, self._stops_after = piece, pieces, stops_after

    async def __call__(self) -> dict[str, Any]:
        if self.sent == self._stops_after:
            await asyncio.Event().wait()
        self.sent += 1
        return {"type": "http.request", "body": b"x" * self._piece, "more_body": self.sent < self._pieces}


class _BodyClient:
    """Someone who sends bodies through one gate, known by the word in their header."""

    def __init__(self, gate: BodyGate, name: str | None = None) -> None:
        self._gate, self._name = gate, name

    async def send(self, upload: _Upload, content_length: int | None) -> tuple[int, dict[str, Any], dict[bytes, bytes]]:
        length = (
            (b"transfer-encoding", b"chunked")
            if content_length is None
            else (b"content-length", b"%d" % content_length)
        )
        headers = [length, *([(b"x-name", self._name.encode())] if self._name else [])]
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {"type": "http", "method": "PUT", "path": "/", "headers": headers, "client": ("10.0.0.1", 5)}
        await self._gate(scope, upload, send)
        body = b"".join(message.get("body", b"") for message in messages[1:])
        problem = {} if body == b"ok" else json.loads(body)
        return messages[0]["status"], problem, dict(messages[0]["headers"])


async def _by_header(scope: Any) -> str | None:
    return next((value.decode() for name, value in scope["headers"] if name == b"x-name"), None)


@pytest.fixture(autouse=True)
def _no_lingering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "LINGER_SECONDS", 0.0)


@pytest.fixture
def reader() -> _BodyReader:
    return _BodyReader()


@pytest.fixture
def gate(reader: _BodyReader) -> BodyGate:
    return BodyGate(reader, LIMIT, _by_header)


@pytest.mark.parametrize("name", ["mika", None])
async def test_a_promise_over_the_limit_is_refused_without_reading_a_byte(
    gate: BodyGate, reader: _BodyReader, name: str | None
) -> None:
    upload = _Upload(1000, 2000)
    status, problem, headers = await _BodyClient(gate, name).send(upload, LIMIT + 1)
    assert (status, problem["status"], problem["limit"]) == (413, 413, LIMIT)
    assert headers[b"content-type"] == b"application/problem+json"
    assert not reader.called


@pytest.mark.protects("uploads/size-limit")
async def test_a_body_without_a_promise_is_cut_at_the_limit(gate: BodyGate, reader: _BodyReader) -> None:
    status, *_ = await _BodyClient(gate, "mika").send(_Upload(400_000, 1_000_000), None)
    assert (status, reader.read) == (413, 800_000)


async def test_a_lie_about_the_length_is_found_by_counting(gate: BodyGate) -> None:
    status, *_ = await _BodyClient(gate, "mika").send(_Upload(400_000, 1_000_000), 10)
    assert status in (401, 413)


@pytest.mark.parametrize("size", [0, LIMIT - 1, LIMIT])
async def test_a_body_of_a_known_person_up_to_the_limit_passes(gate: BodyGate, reader: _BodyReader, size: int) -> None:
    status, *_ = await _BodyClient(gate, "mika").send(_Upload(size, 1), size)
    assert (reader.read, status) == (size, 200)


async def test_a_device_sends_a_report_and_no_more(reader: _BodyReader) -> None:
    gate = BodyGate(reader, LIMIT, _by_header, stranger_limit=lambda _: 2 * ANONYMOUS_BYTES)
    status, *_ = await _BodyClient(gate).send(_Upload(ANONYMOUS_BYTES, 2), 2 * ANONYMOUS_BYTES)
    assert (status, reader.read) == (200, 2 * ANONYMOUS_BYTES)
    for promised in (2 * ANONYMOUS_BYTES + 1, None):
        status, problem, _ = await _BodyClient(gate).send(_Upload(ANONYMOUS_BYTES, 3), promised)
        assert (status, problem["limit"], problem["name"]) == (413, 2 * ANONYMOUS_BYTES, "message-too-large")


async def test_a_stranger_sends_a_form_and_no_more(gate: BodyGate, reader: _BodyReader) -> None:
    status, *_ = await _BodyClient(gate).send(_Upload(ANONYMOUS_BYTES, 1), ANONYMOUS_BYTES)
    assert status == 200
    reader.called = False
    status, problem, headers = await _BodyClient(gate).send(_Upload(LARGE, 1), LARGE)
    assert (status, reader.called) == (401, False)
    assert "Sign in" in problem["detail"]
    assert headers[b"www-authenticate"] == b"Bearer"


async def test_a_stranger_who_promises_nothing_is_cut_off_too(gate: BodyGate, reader: _BodyReader) -> None:
    status, *_ = await _BodyClient(gate).send(_Upload(40_000, 1_000_000), None)
    assert (status, reader.read) == (401, 40_000)


@pytest.mark.protects("availability/large-bodies")
async def test_one_sends_a_few_of_the_largest_bodies_at_once_and_others_are_not_held_up(gate: BodyGate) -> None:
    mika = _BodyClient(gate, "mika")
    tasks = [
        asyncio.create_task(mika.send(_Upload(1000, 1000, stops_after=1), LIMIT)) for _ in range(BODIES_PER_SENDER)
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    status, _, headers = await mika.send(_Upload(LARGE, 1), LARGE)
    assert (status, headers[b"retry-after"]) == (429, b"5")
    assert (await _BodyClient(gate, "jo").send(_Upload(LARGE, 1), LARGE))[0] == 200
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (await mika.send(_Upload(LARGE, 1), LARGE))[0] == 200, "what was held is given back"


@pytest.fixture
def streaming(reader: _BodyReader) -> BodyGate:
    return BodyGate(reader, LIMIT, _by_header, lambda _scope: True)


@pytest.mark.parametrize("content_length", [5 * LIMIT, None])
async def test_a_streamed_body_of_a_known_person_has_no_limit_of_bytes(
    streaming: BodyGate, reader: _BodyReader, content_length: int | None
) -> None:
    status, *_ = await _BodyClient(streaming, "mika").send(_Upload(LIMIT, 5), content_length)
    assert (status, reader.read) == (200, 5 * LIMIT)


@pytest.mark.protects("registry/streamed-pushes")
async def test_a_stranger_streams_no_more_than_a_form(streaming: BodyGate) -> None:
    assert (await _BodyClient(streaming).send(_Upload(LARGE, 1), LARGE))[0] == 401
    assert (await _BodyClient(streaming).send(_Upload(LARGE, 2), None))[0] == 401


@pytest.mark.protects("registry/streamed-pushes")
async def test_one_streams_only_so_many_bodies_at_once(streaming: BodyGate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "STREAMS_PER_SENDER", 2)
    mika = _BodyClient(streaming, "mika")
    tasks = [asyncio.create_task(mika.send(_Upload(1000, 9, stops_after=1), LIMIT * 9)) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (await mika.send(_Upload(LARGE, 1), LARGE))[0] == 429
    assert (await _BodyClient(streaming, "jo").send(_Upload(LARGE, 1), LARGE))[0] == 200
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (await mika.send(_Upload(LARGE, 1), LARGE))[0] == 200


async def test_all_together_send_no_more_than_fits(gate: BodyGate) -> None:
    tasks = [
        asyncio.create_task(_BodyClient(gate, f"p{number}").send(_Upload(1000, 1000, stops_after=1), LIMIT))
        for number in range(TOTAL_BODIES)
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (await _BodyClient(gate, "mika").send(_Upload(LARGE, 1), LARGE))[0] == 503
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.protects("availability/slow-bodies")
async def test_a_body_that_stops_is_not_waited_for(gate: BodyGate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "WINDOW_SECONDS", 0.02)
    status, *_ = await _BodyClient(gate, "mika").send(_Upload(1000, 10, stops_after=2), 10_000)
    assert status == 408


@pytest.mark.protects("availability/slow-bodies")
async def test_what_came_quickly_gives_no_right_to_stop_for_long(
    gate: BodyGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "WINDOW_SECONDS", 0.02)
    async with asyncio.timeout(PATIENCE):
        status, *_ = await _BodyClient(gate, "mika").send(_Upload(LIMIT // 2, 3, stops_after=1), LIMIT)
    assert status == 408


async def test_a_full_disk_while_a_body_is_kept_is_a_named_answer() -> None:
    full = BodyGate(_BodyReader(OSError(errno.ENOSPC, "No space left on device")), LIMIT, _by_header)
    status, problem, _ = await _BodyClient(full, "mika").send(_Upload(LARGE, 1), LARGE)
    assert (status, problem["title"]) == (507, "The server's disk is full")


async def test_other_errors_stay_errors() -> None:
    gate = BodyGate(_BodyReader(OSError(errno.EIO, "broken")), LIMIT, _by_header)
    with pytest.raises(OSError, match="broken"):
        await _BodyClient(gate, "mika").send(_Upload(LARGE, 1), LARGE)

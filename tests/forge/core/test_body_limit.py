"""A body over the limit is refused before it is read: by what it promises, then by what comes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from forge.core.body_limit import BodyLimit


class _Reader:
    """An application that reads its whole body and answers with its length, as Django does."""

    def __init__(self) -> None:
        self.read = 0
        self.called = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.called = True
        more = True
        while more:
            message = await receive()
            self.read += len(message.get("body", b""))
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


class _Upload:
    """A client that sends pieces for ever, and counts how many were taken."""

    def __init__(self, piece: int, pieces: int) -> None:
        self.taken = 0
        self._piece, self._pieces = piece, pieces

    async def __call__(self) -> dict[str, Any]:
        self.taken += 1
        return {"type": "http.request", "body": b"x" * self._piece, "more_body": self.taken < self._pieces}


async def _answer(limit: int, headers: list[tuple[bytes, bytes]], upload: _Upload) -> tuple[Any, list[Any]]:
    reader, sent = _Reader(), []

    async def send(message: Any) -> None:
        sent.append(message)

    await BodyLimit(reader, limit)({"type": "http", "method": "PUT", "path": "/", "headers": headers}, upload, send)
    return reader, sent


async def test_a_promise_over_the_limit_is_refused_without_reading_a_byte() -> None:
    upload = _Upload(1000, 10)
    reader, sent = await _answer(1000, [(b"content-length", b"1001")], upload)
    assert (upload.taken, reader.called) == (0, False)
    assert sent[0]["status"] == 413
    assert (b"content-type", b"application/problem+json") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["status"] == 413


async def test_a_body_without_a_promise_is_cut_at_the_limit() -> None:
    upload = _Upload(400, 1_000_000)
    _, sent = await _answer(1000, [(b"transfer-encoding", b"chunked")], upload)
    assert upload.taken == 3
    assert sent[0]["status"] == 413


async def test_a_lie_about_the_length_is_found_by_counting() -> None:
    upload = _Upload(400, 1_000_000)
    _, sent = await _answer(1000, [(b"content-length", b"10")], upload)
    assert sent[0]["status"] == 413


@pytest.mark.parametrize("size", [0, 999, 1000])
async def test_a_body_up_to_the_limit_passes(size: int) -> None:
    reader, sent = await _answer(1000, [(b"content-length", str(size).encode())], _Upload(size, 1))
    assert (reader.read, sent[0]["status"]) == (size, 200)

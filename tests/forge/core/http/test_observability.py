"""Each answer has an id, and lines of the log and problems have it too; a build's lines have the build's."""

from __future__ import annotations

import json
import logging
from collections.abc import MutableMapping
from typing import Any

import pytest

from forge.core.api.problems import problem
from forge.core.http.asgi.observability import REQUESTS, SOCKETS, Observability
from forge.core.observability.log_context import log_context_of_build, request_id
from forge.core.observability.logs import JsonFormatter, RequestContextFilter, TextFormatter

Messages = list[MutableMapping[str, Any]]


async def answered(headers: list[tuple[bytes, bytes]], method: str = "GET") -> tuple[str, str]:
    """The id that the application saw, and the one of the answer."""
    ids: list[str] = []
    messages: Messages = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        ids.append(request_id.get())
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    await Observability(application)({"type": "http", "method": method, "headers": headers}, receive, send)
    return ids[0], dict(messages[0]["headers"])[b"x-request-id"].decode()


async def test_each_request_has_an_id_of_its_own_and_its_answer_says_it() -> None:
    first, second = await answered([]), await answered([])
    assert first[0] == first[1] != second[0] == second[1]


async def test_an_answer_that_caches_keep_for_years_has_no_id() -> None:
    messages: list[MutableMapping[str, Any]] = []
    lasting = (b"cache-control", b"max-age=315360000, public, immutable")

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [lasting]})
        await send({"type": "http.response.body"})

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    await Observability(application)({"type": "http", "method": "GET", "headers": []}, receive, send)
    assert messages[0]["headers"] == [lasting]


@pytest.mark.protects("operation/forged-log-lines")
async def test_a_proxys_id_is_kept_unless_it_could_break_a_line() -> None:
    assert await answered([(b"x-request-id", b"abc-123.DEF_4")]) == ("abc-123.DEF_4", "abc-123.DEF_4")
    for bad in (b"short", b"x" * 65, b"two words here", b"line\nbreak!", b'quote"quote'):
        assert (await answered([(b"x-request-id", bad)]))[0] != bad.decode()


async def test_requests_are_counted_by_method_and_status_and_an_invented_method_is_one_kind() -> None:
    other = REQUESTS.labels("other", "204")
    before = other._value.get()
    await answered([], "INVENTED")
    await answered([], "ANOTHER")
    assert other._value.get() == before + 2


async def test_open_sockets_are_counted_while_they_are_open() -> None:
    counts: list[float] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        counts.append(SOCKETS._value.get())
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Observability(application)({"type": "websocket", "headers": []}, None, None)  # type: ignore[arg-type]
    assert counts[0] == SOCKETS._value.get() + 1


def record(message: str) -> logging.LogRecord:
    log_record = logging.LogRecord("forge.test", logging.WARNING, __file__, 1, message, (), None)
    assert RequestContextFilter().filter(log_record)
    return log_record


@pytest.mark.protects("operation/forged-log-lines")
def test_a_line_is_one_line_of_json_with_its_request_and_build() -> None:
    token = request_id.set("abcdefgh")
    try:
        with log_context_of_build("b-1"):
            inside = record('two\nlines and "quotes"')
        assert problem(404, "Not found", "x")["request_id"] == "abcdefgh"
    finally:
        request_id.reset(token)
    line = JsonFormatter().format(inside)
    assert "\n" not in line
    read = json.loads(line)
    assert (read["message"], read["level"]) == ('two\nlines and "quotes"', "warning")
    assert (read["request_id"], read["build_id"]) == ("abcdefgh", "b-1")
    assert TextFormatter("%(message)s").format(inside).splitlines()[0] == "two [request_id=abcdefgh build_id=b-1]"


def test_outside_of_requests_and_builds_a_line_has_neither() -> None:
    assert set(json.loads(JsonFormatter().format(record("x")))) == {"time", "level", "logger", "message"}
    assert TextFormatter("%(message)s").format(record("x")) == "x"
    assert "request_id" not in problem(404, "Not found", "x")

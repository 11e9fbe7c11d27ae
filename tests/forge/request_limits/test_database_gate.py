"""Requests get 503 while the database is away: new ones at once, and those that wait in the middle."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from forge.core.database.presence import DatabasePresence
from forge.request_limits.database_gate import DatabaseGate

Messages = list[dict[str, Any]]


def ask(
    presence: DatabasePresence,
    path: str,
    application: Callable[..., Awaitable[None]],
    meanwhile: Callable[[], None] = lambda: None,
) -> Messages:
    messages: Messages = []

    async def main() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            messages.append(dict(message))

        scope = {"type": "http", "path": path, "method": "GET", "headers": []}
        request = asyncio.ensure_future(DatabaseGate(application, presence)(scope, receive, send))
        for _ in range(5):  # until the application waits
            await asyncio.sleep(0)
        await asyncio.to_thread(meanwhile)
        await asyncio.wait_for(request, 10)

    asyncio.run(main())
    return messages


async def hang(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.Event().wait()


async def answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"good"})


@pytest.mark.protects("operation/database-away")
def test_a_request_that_waits_is_answered_when_the_database_goes_away() -> None:
    presence = DatabasePresence()
    messages = ask(presence, "/api/v1/me", hang, lambda: presence.set_away(is_away=True))
    assert messages[0]["status"] == 503
    assert dict(messages[0]["headers"])[b"content-type"] == b"application/problem+json"
    assert json.loads(messages[1]["body"])["title"] == "The database is unavailable"
    assert (b"retry-after", b"5") in messages[0]["headers"]


@pytest.mark.protects("operation/database-away")
def test_new_requests_are_refused_with_a_page_and_addresses_without_it_are_answered() -> None:
    presence = DatabasePresence()
    presence.set_away(is_away=True)
    messages = ask(presence, "/acme/kitchen/studio", hang)
    assert messages[0]["status"] == 503
    assert b"cannot reach its database" in messages[1]["body"]
    for path in ("/healthz", "/static/build/studio.js", "/readyz"):
        assert ask(presence, path, answer)[0]["status"] == 200
    presence.set_away(is_away=False)
    assert ask(presence, "/acme", answer)[0]["status"] == 200


def test_an_answer_that_has_begun_goes_on() -> None:
    presence = DatabasePresence()

    async def stream(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        lost = presence.lost()
        await asyncio.wait_for(lost, 10)
        await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b"rest"})

    messages = ask(presence, "/acme", stream, lambda: presence.set_away(is_away=True))
    assert [message.get("status", message.get("body")) for message in messages] == [200, b"rest"]


def test_what_an_application_raises_is_raised() -> None:
    async def fail(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("its own")

    with pytest.raises(ValueError, match="its own"):
        ask(DatabasePresence(), "/acme", fail)

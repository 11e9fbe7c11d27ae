"""Connecting the official client of the Model Context Protocol to a server, by a token or by a person's consent."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from tests.support.servers.live_server import LiveServer

CALLBACK = "http://127.0.0.1:7123/callback"


class MemoryStorage:
    """Keeps what a program has of the authorisation server."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Person:
    """The person at the browser, who answers the page of consent."""

    def __init__(self, live: LiveServer, choices: dict[str, Any]) -> None:
        self._live, self._choices = live, choices
        self._answer = ""
        self.page = ""

    async def open(self, address: str) -> None:
        page = self._live.http.get(address)
        assert page.status_code == 200, page.text
        self.page = page.text
        form = {
            "csrfmiddlewaretoken": _field(page.text, "csrfmiddlewaretoken"),
            "request": _field(page.text, "request"),
            **self._choices,
        }
        answer = self._live.http.post(address, data=form, headers={"Referer": self._live.address})
        assert answer.status_code == 302, answer.text
        self._answer = answer.headers["Location"]

    async def code(self) -> AuthorizationCodeResult:
        query = parse_qs(urlsplit(self._answer).query)
        return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0])


def _field(page: str, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert match, f"no field {name}"
    return match[1]


class AddressedServer(Protocol):
    """A server by its address."""

    address: str


class Consenting(Protocol):
    """Somebody who opens the page of consent, and has the answer of it."""

    async def open(self, address: str) -> None: ...

    async def code(self) -> AuthorizationCodeResult: ...


@asynccontextmanager
async def with_token(live: AddressedServer, token: str) -> AsyncIterator[Client]:
    """Yields a client that shows a token of a person."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http,
        Client(streamable_http_client(f"{live.address}/mcp", http_client=http)) as client,
    ):
        yield client


@asynccontextmanager
async def with_consent(live: AddressedServer, person: Consenting, storage: MemoryStorage) -> AsyncIterator[Client]:
    """Yields a client that signs in as the protocol says: it registers, a person allows it, and it gets its tokens."""
    metadata = OAuthClientMetadata(
        client_name="Claude",
        redirect_uris=[AnyUrl(CALLBACK)],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method="none",
    )
    sign_in = OAuthClientProvider(f"{live.address}/mcp", metadata, storage, person.open, person.code)
    async with (
        httpx2.AsyncClient(auth=sign_in, timeout=60, trust_env=False) as http,
        Client(streamable_http_client(f"{live.address}/mcp", http_client=http)) as client,
    ):
        yield client


async def answer(client: Client, tool: str, **arguments: Any) -> Any:
    """Calls a tool and returns its answer, which is the same as text and as data."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert json.loads(result.content[0].text)  # type: ignore[union-attr]
    return result.structured_content


async def refusal(client: Client, tool: str, **arguments: Any) -> Any:
    """Calls a tool that refuses, and returns the error as data."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, result.content
    return result.structured_content

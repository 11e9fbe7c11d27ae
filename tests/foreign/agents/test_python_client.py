"""The official Python client of the Model Context Protocol, unchanged, against a real server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.asyncio]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("live") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def project(live: LiveServer) -> str:
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": "waves", "template": "sine"})
    return f"{organisation}/waves"


@pytest.fixture(scope="module")
def token(live: LiveServer, project: str) -> str:
    key = f"project:{live.api('GET', f'projects/{project}')['id']}"
    body = {"name": "assistant", "scopes": ["project:draft", "build:run", "review:write"], "restriction": [key]}
    reply = live.api("POST", "tokens", json=body)
    secret: str = reply["token"] if "token" in reply else reply["secret"]
    return secret


@asynccontextmanager
async def connected(live: LiveServer, token: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http,
        Client(streamable_http_client(f"{live.address}/mcp", http_client=http)) as client,
    ):
        yield client


async def answer(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert json.loads(result.content[0].text)
    return result.structured_content


async def test_from_an_empty_draft_to_a_change_request(live: LiveServer, project: str, token: str) -> None:
    async with connected(live, token) as client:
        names = {each.name for each in (await client.list_tools()).tools}
        assert {"list_projects", "read_project", "start_draft", "edit_draft", "build_draft", "offer_draft"} <= names
        projects = await answer(client, "list_projects")
        assert [each["name"] for each in projects["projects"]] == [project]
        read = await answer(client, "read_project", project=project, paths=["Runefile.yml"])
        (text,) = read["texts"]
        assert text["origin"] == f"Runefile.yml of {project}"
        draft = await answer(client, "start_draft", project=project, title="A comment", request="Explain it")
        edits = [{"path": "Runefile.yml", "old": "image:", "new": "# Explained\nimage:"}]
        edited = await answer(
            client, "edit_draft", project=project, draft=draft["draft"], edits=edits, reason="It explains the file."
        )
        assert (edited["can_be_built"], [each["path"] for each in edited["changed"]]) == (True, ["Runefile.yml"])
        build = await answer(client, "build_draft", project=project, draft=draft["draft"])
        while build["state"] in ("queued", "running", "waiting"):
            build = await answer(client, "read_build", project=project, build=build["build"])
        assert build["state"] == "succeeded", build
        assert build["rune_bytes"] > 0
        offer = await answer(
            client, "offer_draft", project=project, draft=draft["draft"], title="A comment", message="Says what it is."
        )
        assert offer["state"] == "open"
    text_now = live.http.get(f"/api/v1/projects/{project}/files/Runefile.yml").text
    assert "# Explained" not in text_now

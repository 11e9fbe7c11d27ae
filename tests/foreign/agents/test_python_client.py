"""The official Python client of the Model Context Protocol, unchanged, against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from mcp import Client

from tests.support.servers.agents import MemoryStorage, Person, answer, refusal, with_consent, with_token
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.asyncio]
SCOPES = ["project:read", "project:draft", "build:run", "review:write"]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("live") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def project(live: LiveServer) -> str:
    organisation = live.organisation()
    for name in ("waves", "other"):
        live.api("POST", "projects", json={"organisation": organisation, "name": name, "template": "sine"})
    return f"{organisation}/waves"


@pytest.fixture(scope="module")
def key(live: LiveServer, project: str) -> str:
    return f"project:{live.api('GET', f'projects/{project}')['id']}"


@pytest.fixture(scope="module")
def token(live: LiveServer, key: str) -> str:
    secret: str = live.api("POST", "tokens", json={"name": "assistant", "scopes": SCOPES, "restriction": [key]})[
        "token"
    ]
    return secret


async def offered(client: Client, project: str) -> Any:
    """Goes from a new draft to an open change request."""
    draft = (await answer(client, "start_draft", project=project, title="A comment", request="Explain it"))["draft"]
    edits = [{"path": "Runefile.yml", "old": "image:", "new": "# Explained\nimage:"}]
    edit = await answer(client, "edit_draft", project=project, draft=draft, edits=edits, reason="It explains the file.")
    assert (edit["can_be_built"], [each["path"] for each in edit["changed"]]) == (True, ["Runefile.yml"])
    build = await answer(client, "build_draft", project=project, draft=draft)
    while build["state"] in ("queued", "running"):
        build = await answer(client, "read_build", project=project, build=build["build"])
    assert build["state"] == "succeeded", build
    assert build["rune_bytes"] > 0
    return await answer(client, "offer_draft", project=project, draft=draft, title="A comment", message="It says why.")


async def test_from_a_draft_to_a_change_request_with_a_token(live: LiveServer, project: str, token: str) -> None:
    async with with_token(live, token) as client:
        names = {each.name for each in (await client.list_tools()).tools}
        assert {"list_projects", "read_project", "start_draft", "edit_draft", "build_draft", "offer_draft"} <= names
        assert [each["name"] for each in (await answer(client, "list_projects"))["projects"]] == [project]
        (text,) = (await answer(client, "read_project", project=project, paths=["Runefile.yml"]))["texts"]
        assert text["origin"] == f"Runefile.yml of {project}"
        assert (await offered(client, project))["state"] == "open"
    assert "# Explained" not in live.http.get(f"/api/v1/projects/{project}/files/Runefile.yml").text


@pytest.mark.protects("agents/consent")
async def test_a_person_allows_a_program_which_gets_a_token_for_one_address(
    live: LiveServer, project: str, key: str
) -> None:
    storage = MemoryStorage()
    person = Person(live, {"projects": [key], "scopes": SCOPES, "days": "7", "action": "grant"})
    async with with_consent(live, person, storage) as client:
        assert [each["name"] for each in (await answer(client, "list_projects"))["projects"]] == [project]
    assert "Let Claude act for you?" in person.page
    assert "a program on this machine" in person.page
    assert storage.tokens is not None
    headers = {"Authorization": f"Bearer {storage.tokens.access_token}"}
    with httpx.Client(base_url=live.address, headers=headers, trust_env=False) as http:
        assert http.get("/api/v1/me").status_code == 401
        assert http.get(f"/api/v1/projects/{project}").status_code == 401


async def test_who_has_no_token_is_told_where_to_get_one(live: LiveServer) -> None:
    with httpx.Client(base_url=live.address, trust_env=False) as http:
        reply = http.post("/mcp", json={})
        assert reply.status_code == 401
        metadata = reply.headers["WWW-Authenticate"].split('resource_metadata="')[1].rstrip('"')
        resource = http.get(metadata).json()
        assert resource["resource"] == f"{live.address}/mcp"
        server = http.get(f"{resource['authorization_servers'][0]}/.well-known/oauth-authorization-server").json()
        assert server["code_challenge_methods_supported"] == ["S256"]


@pytest.mark.protects("agents/what-an-agent-may-do")
async def test_a_project_that_the_grant_does_not_name_is_as_if_it_were_not_there(
    live: LiveServer, project: str, token: str
) -> None:
    async with with_token(live, token) as client:
        error = await refusal(client, "read_project", project=f"{project.split('/')[0]}/other")
        assert error["error"] == "not-found"
        error = await refusal(client, "edit_draft", project=project, draft=1, edits=[], reason="x")
        assert error["error"] == "bad-arguments"

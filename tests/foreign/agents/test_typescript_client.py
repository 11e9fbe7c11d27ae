"""The official TypeScript clients of the Model Context Protocol, unchanged, against a real server: that of today with
the newest version of the protocol and with the one before it, and the library that most assistants have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.support.clients.stock_mcp import StockAssistant
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign
SCOPES = ["project:read", "project:draft", "build:run", "review:write"]
CLIENTS: dict[str, dict[str, Any]] = {
    "newest protocol": {"library": "client", "mode": {"pin": "2026-07-28"}},
    "negotiated": {"library": "client", "mode": "auto"},
    "with initialize": {"library": "client", "mode": "legacy"},
    "earlier library": {"library": "sdk"},
}


@pytest.fixture(scope="module")
def project(live: LiveServer) -> str:
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": "for-assistants", "template": "sine"})
    return f"{organisation}/for-assistants"


@pytest.fixture(scope="module")
def token(live: LiveServer, project: str) -> str:
    key = f"project:{live.api('GET', f'projects/{project}')['id']}"
    row = live.api("POST", "tokens", json={"name": "typescript", "scopes": SCOPES, "restriction": [key]})
    return str(row["token"])


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, live: LiveServer, token: str) -> Iterator[StockAssistant]:
    with StockAssistant(live, token, **CLIENTS[request.param]) as stock:
        assert stock.do("connect")["server"] == "hammer-forge"
        yield stock


def test_every_tool_is_listed_with_schemas_that_the_client_reads(client: StockAssistant) -> None:
    tools = {each["name"]: each for each in client.do("tools")}
    assert {"read_project", "start_draft", "edit_draft", "train", "read_run", "compare_builds", "cancel"} <= set(tools)
    assert all(each["inputSchema"]["type"] == each["outputSchema"]["type"] == "object" for each in tools.values())
    assert all(each["description"] for each in tools.values())
    assert (tools["read_run"]["annotations"]["readOnlyHint"], tools["train"]["annotations"]["readOnlyHint"]) == (
        True,
        False,
    )


def test_from_reading_to_a_change_request(client: StockAssistant, live: LiveServer, project: str) -> None:
    (text,) = client.call("read_project", project=project, paths=["Runefile.yml"])["texts"]
    assert text["origin"] == f"Runefile.yml of {project}"
    draft = client.call("start_draft", project=project, title="A comment")["draft"]
    edits = [{"path": "Runefile.yml", "old": "image:", "new": "# Explained\nimage:"}]
    edit = client.call("edit_draft", project=project, draft=draft, edits=edits, reason="It explains the file.")
    assert edit["can_be_built"]
    conflict = client.refusal("edit_draft", project=project, draft=draft, edits=[{"path": "x", "old": "y"}], reason="x")
    assert conflict["error"] == "edit-conflict"
    offer = client.call("offer_draft", project=project, draft=draft, title="A comment", message="It says why.")
    assert offer["state"] == "open"
    assert "# Explained" not in live.http.get(f"/api/v1/projects/{project}/files/Runefile.yml").text


@pytest.mark.slow
def test_a_build_is_followed_to_its_end_compared_and_read(live: LiveServer, project: str, token: str) -> None:
    with StockAssistant(live, token) as client:
        client.do("connect")
        draft = client.call("start_draft", project=project, title="Built")["draft"]
        numbers = []
        for _ in range(2):
            number = client.call("build_draft", project=project, draft=draft)["build"]
            numbers.append(number)
            build = live.until(partial(_ended, client, project, number), 120)
            assert build["state"] == "succeeded", build
        answer = client.call("compare_builds", project=project, before=numbers[0], after=numbers[1])
        assert answer["sentences"] == ["Nothing: the files are identical."]
        assert client.call("read_evaluation", project=project, build=numbers[0])["boards"]
        assert client.refusal("cancel", project=project, kind="build", number=numbers[0])["error"] == "job-over"
        assert client.refusal("cancel", project=project, kind="run", number=1)["error"] == "not-its-own"


def _ended(client: StockAssistant, project: str, number: int) -> Any:
    build = client.call("read_build", project=project, build=number)
    return build if build["state"] not in ("queued", "waiting", "running") else None


def test_wrong_arguments_are_refused_as_data_and_an_unknown_tool_by_the_protocol(client: StockAssistant) -> None:
    assert client.refusal("read_project", nonsense=1)["error"] == "bad-arguments"
    assert "no_such_tool" in client.error("call", name="no_such_tool", arguments={})


def test_a_client_with_a_wrong_token_is_told_so(live: LiveServer) -> None:
    with StockAssistant(live, "hf_wrong", library="sdk") as client:
        assert client.error("connect")

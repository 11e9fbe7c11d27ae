"""The protocol's inspector lists and calls the tools of both servers, and finds nothing wrong with their schemas."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.agents.skill_run import RUNE
from tests.support.clients.inspector_cli import Inspector, require_inspector
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.slow]
CLEAN = "0 errors, 0 warnings"


@pytest.fixture(scope="module", autouse=True)
def _inspector() -> None:
    require_inspector()


@pytest.fixture(scope="module")
def project(live: LiveServer) -> str:
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": "inspected", "template": "sine"})
    return f"{organisation}/inspected"


@pytest.fixture(scope="module")
def token(live: LiveServer, project: str) -> str:
    key = f"project:{live.api('GET', f'projects/{project}')['id']}"
    body = {"name": "inspector", "scopes": ["project:read", "project:draft"], "restriction": [key]}
    return str(live.api("POST", "tokens", json=body)["token"])


def over_http(live: LiveServer, token: str, folder: Path) -> Inspector:
    header = f"Authorization: Bearer {token}"
    return Inspector(folder, [f"{live.address}/mcp", "--transport", "http", "--header", header])


def test_the_tools_of_a_server_are_listed_and_read_well(live: LiveServer, token: str, tmp_path: Path) -> None:
    answer = over_http(live, token, tmp_path).do("tools/list", "--strict")
    assert answer.status == 0, answer.remarks
    assert {"start_draft", "read_build", "offer_draft"} <= {each["name"] for each in answer.answer["tools"]}
    assert "warning" not in answer.remarks.lower() or CLEAN in answer.remarks, answer.remarks


def test_a_tool_of_a_server_is_called(live: LiveServer, project: str, token: str, tmp_path: Path) -> None:
    inspector = over_http(live, token, tmp_path)
    read = inspector.do("tools/call", "--tool-name", "read_project", "--tool-arg", f"project={project}")
    assert read.status == 0, read.remarks
    assert "Runefile.yml" in {each["path"] for each in read.answer["structuredContent"]["files"]}
    resources = inspector.do("resources/list").answer["resources"]
    assert "hammer-forge://reference/boards" in {each["uri"] for each in resources}


def test_a_wrong_token_is_refused(live: LiveServer, tmp_path: Path) -> None:
    assert over_http(live, "hf_wrong", tmp_path).do("tools/list").status != 0


def test_the_tools_of_a_folder_are_listed_and_called(tmp_path: Path) -> None:
    inspector = Inspector(tmp_path, [str(RUNE), "mcp", str(tmp_path)])
    answer = inspector.do("tools/list", "--strict")
    assert answer.status == 0, answer.remarks
    assert "warning" not in answer.remarks.lower() or CLEAN in answer.remarks, answer.remarks
    call = inspector.do("tools/call", "--tool-name", "find_operators", "--tool-arg", "words=GELU")
    assert call.answer["structuredContent"]["operators"][0]["is_compiled"]

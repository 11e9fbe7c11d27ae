"""The official client waits for a build in one call, with progress."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.servers.agents import answer, with_token
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
    live.api("POST", "projects", json={"organisation": organisation, "name": "waited", "template": "sine"})
    return f"{organisation}/waited"


@pytest.fixture(scope="module")
def token(live: LiveServer, project: str) -> dict[str, Any]:
    key = f"project:{live.api('GET', f'projects/{project}')['id']}"
    row: dict[str, Any] = live.api("POST", "tokens", json={"name": "waits", "scopes": SCOPES, "restriction": [key]})
    return row


async def test_a_build_is_waited_for_in_one_call_with_progress_that_only_rises(
    live: LiveServer, project: str, token: dict[str, Any]
) -> None:
    reports: list[tuple[float, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        reports.append((progress, message))

    async with with_token(live, token["token"]) as client:
        draft = (await answer(client, "start_draft", project=project, title="Waited"))["draft"]
        build = (await answer(client, "build_draft", project=project, draft=draft))["build"]
        arguments = {"project": project, "build": build, "wait_seconds": 50}
        result = await client.call_tool("read_build", arguments, progress_callback=note)
        assert result.structured_content is not None
        assert result.structured_content["state"] == "succeeded", result.content
        at_once = await client.call_tool("read_build", arguments, progress_callback=note)
        assert at_once.structured_content == result.structured_content
    assert reports
    assert {message for _, message in reports} <= {"queued", "running"}
    assert [each for each, _ in reports] == sorted({each for each, _ in reports})

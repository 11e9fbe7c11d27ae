"""The skill of a keyword app over `/mcp` of a server: from a project without a pipeline to an open change request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from mcp import Client

from tests.support.agents.keyword_server import (
    FOLDER_ONLY,
    TEMPLATE,
    ended_build,
    keyword_project,
    offered_request,
    template_file,
    token_for,
)
from tests.support.agents.skill_run import SkillRun, tools_of_skill
from tests.support.servers.agents import with_token
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.asyncio]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("live") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def project(live: LiveServer) -> str:
    """A project in which a person put a model, its labels and test samples, and no pipeline."""
    return keyword_project(live, "words", {"labels.txt": template_file("labels.txt")})


@pytest.fixture(scope="module")
def token(live: LiveServer, project: str) -> str:
    return token_for(live, project)


@pytest.mark.slow
async def test_a_keyword_app_is_made_and_offered(live: LiveServer, project: str, token: str) -> None:
    async with with_token(live, token) as client:
        run = SkillRun(client, {})
        assert [each["name"] for each in (await run.call("list_projects"))["projects"]] == [project]
        assert (await run.call("find_blocks", words="mel sound"))["blocks"]
        run.where = {"project": project}
        read = await run.call("read_project", paths=["labels.txt"])
        assert "yes" in read["texts"][0]["text"].split()
        request = "Make an app that hears no, up and yes."
        draft = (await run.call("start_draft", title="Hear words", request=request))["draft"]
        await write_pipeline(run, draft)
        build = await ended_build(run, draft)
        accuracy = build["accuracy"]
        assert (accuracy["right"], accuracy["samples"]) == (18, 18)
        scores = await run.call("run_build", build=build["build"], sample=1)
        assert scores["outputs"][0]["elements"] == ["no"]
        message = (
            f"{accuracy['right']} of {accuracy['samples']} test samples right, 95 % interval {accuracy['low']:.0%} to "
            f"{accuracy['high']:.0%}; {build['rune_bytes']} bytes."
        )
        offer = await run.call("offer_draft", draft=draft, title="Hear words", message=message)
        assert offer["state"] == "open"
        discussion = (await client.call_tool("read_discussion", {"project": project, **request_of(offer)})).is_error
        assert not discussion
    row = offered_request(live, project, offer["change_request"])
    assert (row["state"], row["title"]) == ("open", "Hear words")
    assert "log_mel" not in live.http.get(f"/api/v1/projects/{project}/files/Runefile.yml").text
    assert run.tools == tools_of_skill("make-a-keyword-app") - FOLDER_ONLY


async def test_the_server_offers_the_tasks_and_the_references(live: LiveServer, token: str) -> None:
    async with with_token(live, token) as client:
        assert await task_text(client) != ""
        uris = {str(each.uri) for each in (await client.list_resources()).resources}
        assert {"hammer-forge://reference/runefile", "hammer-forge://reference/boards"} <= uris


async def write_pipeline(run: SkillRun, draft: int) -> None:
    """Writes the Runefile, with a mistake that the answer names, and fixes it."""
    text = (TEMPLATE / "Runefile.yml").read_text("utf-8")
    files = (await run.call("read_project", draft=draft))["files"]
    digest = next(each["digest"] for each in files if each["path"] == "Runefile.yml")
    wrong = text.replace("inputs: [spectrogram]", "inputs: [spectrum]")
    edits = [{"path": "Runefile.yml", "new": wrong, "digest": digest}]
    first = await run.call("edit_draft", draft=draft, edits=edits, reason="It hears a second and sends the word.")
    assert not first["can_be_built"]
    assert [each["code"] for each in first["problems"] if each["severity"] == "error"] == ["RUNE0021"]
    fix = {"path": "Runefile.yml", "old": "inputs: [spectrum]", "new": "inputs: [spectrogram]"}
    second = await run.call("edit_draft", draft=draft, edits=[fix], reason="The stage is called spectrogram.")
    assert second["can_be_built"], second


def request_of(offer: dict[str, Any]) -> dict[str, Any]:
    """Returns the argument that names a change request."""
    return {"change_request": offer["change_request"]}


async def task_text(client: Client) -> str:
    """Returns the text of the task of a keyword app, as an assistant gets it."""
    task = await client.get_prompt("make-a-keyword-app", {"project": "acme/words", "words": "yes, no"})
    content = task.messages[0].content
    assert content.type == "text"
    assert "acme/words that hears these words: yes, no" in content.text
    return content.text

"""The skills that improve an app over `/mcp` of a server: from a project to an open change request with figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.agents.keyword_server import (
    FOLDER_ONLY,
    ended_build,
    keyword_project,
    offered_request,
    template_file,
    token_for,
)
from tests.support.agents.skill_run import SkillRun, tools_of_skill
from tests.support.servers.agents import with_token
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.asyncio, pytest.mark.slow]
LIMITS = b"""\
build: {optimize-packages: speed}
limits:
  accuracy: 80 %
  flash: {cortex-m4: 80 kB}
  ram: {cortex-m4: 64 kB}
"""
SWAPPED = b"down\nleft\nyes\nright\nsilence\nunknown\nup\nno\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("live") / "data") as server:
        yield server


def app(live: LiveServer, name: str, files: dict[str, bytes]) -> str:
    """Makes a project with the app of the template of keywords, and other files in it."""
    own = {each: template_file(each) for each in ("Runefile.yml", "labels.txt")}
    return keyword_project(live, name, {**own, **files})


async def test_an_app_is_fitted_on_a_board_and_offered_with_its_cost(live: LiveServer) -> None:
    project = app(live, "fitted", {"forge.yml": LIMITS})
    choices = live.http.get(f"/api/v1/projects/{project}/targets")
    state = {"If-Match": choices.headers["ETag"]}
    live.api("PUT", f"projects/{project}/targets", headers=state, json={"targets": ["cortex-m4"]})
    async with with_token(live, token_for(live, project)) as client:
        run = SkillRun(client, {})
        boards = (await run.call("find_boards"))["boards"]
        (board,) = [each for each in boards if each["key"] == "microbit-v2"]
        run.where = {"project": project}
        (limits,) = (await run.call("read_project", paths=["forge.yml"]))["texts"]
        assert "80 kB" in limits["text"]
        draft = (await run.call("start_draft", title="Fit it", request="Fit it on the micro:bit."))["draft"]
        before = await measured(run, draft, board["target"])
        assert before["outcomes"] == {"Accuracy": "met", "Flash on cortex-m4": "missed", "RAM on cortex-m4": "met"}
        edit = {"path": "forge.yml", "old": "optimize-packages: speed", "new": "optimize-packages: size"}
        await run.call("edit_draft", draft=draft, edits=[edit], reason="The flash is 10 kB above the limit.")
        after = await measured(run, draft, board["target"])
        assert (set(after["outcomes"].values()), after["verdict"]) == ({"met"}, "fits")
        assert after["flash"] < before["flash"]
        comparison = await run.call("compare_builds", before=before["build"], after=after["build"])
        assert (comparison["became_wrong"], "no better than chance" in comparison["verdict"]) == ([], True)
        message = f"Flash from {before['flash']} to {after['flash']} bytes. {comparison['verdict']}"
        offer = await run.call("offer_draft", draft=draft, title="Fit it", message=message)
    request = offered_request(live, project, offer["change_request"])
    assert (request["state"], request["message"]) == ("open", message)
    assert run.tools == tools_of_skill("fit-it-on-a-board") - FOLDER_ONLY


async def measured(run: SkillRun, draft: int, target: str) -> dict[str, Any]:
    """Builds, reads the evaluation, and returns the outcome of each limit, the flash and the verdict on the board."""
    build = await ended_build(run, draft)
    (package,) = build["packages"]
    assert (package["target"], package["state"]) == (target, "measured"), package
    evaluation = await run.call("read_evaluation", build=build["build"])
    (verdict,) = [each["verdict"] for each in evaluation["boards"] if each["board"] == "microbit-v2"]
    outcomes = {each["sentence"].partition(":")[0]: each["outcome"] for each in build["limits"]}
    return {"build": build["build"], "outcomes": outcomes, "verdict": verdict, "flash": package["flash_bytes"]}


async def test_the_reason_for_wrong_answers_is_found_fixed_and_offered(live: LiveServer) -> None:
    project = app(live, "swapped", {"labels.txt": SWAPPED})
    async with with_token(live, token_for(live, project)) as client:
        run = SkillRun(client, {"project": project})
        draft = (await run.call("start_draft", title="Why", request="It confuses yes and no."))["draft"]
        before = (await ended_build(run, draft))["build"]
        evaluation = await run.call("read_evaluation", build=before)
        assert (evaluation["wrong"], evaluation["accuracy"]["right"]) == (12, 6)
        confusions = {(each["label"], each["answer"]) for each in evaluation["mistakes"]}
        assert confusions == {("yes", "no"), ("no", "yes")}, "two labels are swapped"
        numbers = sorted(each["sample"] for each in evaluation["mistakes"])
        for number in numbers[:2]:
            outputs = (await run.call("run_build", build=before, sample=number))["outputs"]
            (scores,) = [each["elements"] for each in outputs if each["stage"] == "scores"]
            assert max(scores) > 0.9, "it is sure and wrong"
        (labels,) = (await run.call("read_project", draft=draft, paths=["labels.txt"]))["texts"]
        words = labels["text"].split()
        first, second = words.index("no"), words.index("yes")
        words[first], words[second] = words[second], words[first]
        files = (await run.call("read_project", draft=draft))["files"]
        digest = next(each["digest"] for each in files if each["path"] == "labels.txt")
        edit = {"path": "labels.txt", "new": "\n".join(words) + "\n", "digest": digest}
        await run.call("edit_draft", draft=draft, edits=[edit], reason="Both labels were swapped.")
        after = (await ended_build(run, draft))["build"]
        comparison = await run.call("compare_builds", before=before, after=after)
        assert (comparison["became_right"], comparison["became_wrong"]) == (numbers, [])
        assert "do not overlap" in comparison["verdict"]
        message = f"The labels yes and no were swapped. Samples {numbers} became right."
        offer = await run.call("offer_draft", draft=draft, title="Swap the labels", message=message)
    request = offered_request(live, project, offer["change_request"])
    assert (request["state"], request["message"]) == ("open", message)
    assert run.tools == tools_of_skill("find-out-why-it-is-wrong") - FOLDER_ONLY

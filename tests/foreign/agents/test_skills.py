"""The skills of `examples/agents`, each carried out step by step by the official client over `rune mcp`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.agents.keyword_sounds import write_words
from tests.support.agents.skill_run import SKILLS, SkillRun, in_folder, tools_of_skill

pytestmark = [pytest.mark.foreign, pytest.mark.asyncio]
SERVER_ONLY = {"start_draft", "offer_draft"}
LIMITS = """\
build: {optimize-packages: speed}
limits:
  accuracy: 80 %
  flash: {cortex-m4: 80 kB}
  ram: {cortex-m4: 64 kB}
"""
SWAPPED = "down\nleft\nyes\nright\nsilence\nunknown\nup\nno\n"


def keyword_project(folder: Path) -> Path:
    """Copies the files of the template of keywords, without its recording."""
    folder.mkdir()
    for name in ("Runefile.yml", "keywords.tflite", "labels.txt"):
        shutil.copy(SKILLS.parent / "keywords" / name, folder)
    return folder


@pytest.mark.slow
async def test_a_keyword_app_is_made_from_an_empty_folder(tmp_path: Path) -> None:
    write_words(tmp_path / "sounds")
    async with in_folder(tmp_path) as client:
        run = SkillRun(client, {})
        assert (await run.call("list_projects"))["projects"] == []
        grammar = (await client.read_resource("hammer-forge://reference/runefile")).contents[0]
        assert "capability: SOUND" in grammar.text  # type: ignore[union-attr]
        templates = (await run.call("find_templates"))["templates"]
        assert "keywords" in {each["name"] for each in templates}
        assert (await run.call("find_blocks", words="mel sound"))["blocks"]
        run.where = {"project": "app"}
        started = await run.call("start_project", template="keywords")
        assert started["can_be_built"]
        read = await run.call("read_project", paths=["Runefile.yml", "labels.txt"])
        assert "yes" in read["texts"][1]["text"].split()
        edit = {"path": "Runefile.yml", "old": "version: 1\n", "new": "# It hears no, up and yes.\nversion: 1\n"}
        edit_answer = await run.call("edit_draft", edits=[edit], reason="It says what is asked of it.")
        assert (edit_answer["can_be_built"], edit_answer["problems"]) == (True, [])
        build = await run.call("build_draft")
        assert build["state"] == "succeeded", build
        evaluation = await run.call("evaluate_build", build=build["build"], samples="sounds")
        accuracy = evaluation["accuracy"]
        assert (accuracy["right"], accuracy["samples"]) == (18, 18)
        assert accuracy["low"] < 0.9 < accuracy["high"], "so few samples have a wide range"
        assert evaluation["mistakes"] == []
        scores = await run.call("run_build", build=build["build"], samples="sounds", sample=1)
        assert scores["outputs"][0]["elements"] == ["no"]
    assert (tmp_path / "app" / "app.rune").stat().st_size == build["rune_bytes"]
    assert run.tools == tools_of_skill("make-a-keyword-app") - SERVER_ONLY - {"read_build"}


@pytest.mark.slow
async def test_an_app_is_fitted_on_a_board_within_the_limits_of_its_team(tmp_path: Path) -> None:
    write_words(tmp_path / "sounds")
    (keyword_project(tmp_path / "app") / "forge.yml").write_text(LIMITS)
    async with in_folder(tmp_path) as client:
        run = SkillRun(client, {"project": "app"})
        run.tools.add("find_boards")
        boards = (await client.call_tool("find_boards", {})).structured_content
        assert boards is not None
        (board,) = [each for each in boards["boards"] if each["key"] == "microbit-v2"]
        limits = (await run.call("read_project", paths=["forge.yml"]))["texts"][0]
        assert "80 kB" in limits["text"]
        before = await measured(run, board["target"])
        assert before["outcomes"] == {"Accuracy": "met", "Flash on cortex-m4": "missed", "RAM on cortex-m4": "met"}
        assert before["verdict"] == "fits"
        edit = {"path": "forge.yml", "old": "optimize-packages: speed", "new": "optimize-packages: size"}
        await run.call("edit_draft", edits=[edit], reason="The flash is 10 kB above the limit.")
        after = await measured(run, board["target"])
        comparison = await run.call("compare_builds", before=before["build"], after=after["build"])
        figures = {each["name"]: each["change"] for each in comparison["figures"]}
        assert figures["flash on cortex-m4"].startswith("-")
        assert figures["instructions on cortex-m4"].startswith("+"), "flash is paid with time"
        assert (comparison["became_wrong"], "no better than chance" in comparison["verdict"]) == ([], True)
        assert (set(after["outcomes"].values()), after["verdict"]) == ({"met"}, "fits")
    assert run.tools == tools_of_skill("fit-it-on-a-board") - SERVER_ONLY - {"read_evaluation"}


async def measured(run: SkillRun, target: str) -> dict[str, Any]:
    """Builds, evaluates, and returns the outcome of each limit and the verdict on the board."""
    build = await run.call("build_draft", targets=[target])
    assert [each["state"] for each in build["packages"]] == ["measured"], build
    evaluation = await run.call("evaluate_build", build=build["build"], samples="sounds")
    limits = (await run.call("read_build", build=build["build"]))["limits"]
    (verdict,) = [each["verdict"] for each in evaluation["boards"] if each["board"] == "microbit-v2"]
    outcomes = {each["sentence"].partition(":")[0]: each["outcome"] for each in limits}
    return {"build": build["build"], "outcomes": outcomes, "verdict": verdict}


async def test_the_reason_for_wrong_answers_is_found_and_fixed(tmp_path: Path) -> None:
    write_words(tmp_path / "sounds")
    (keyword_project(tmp_path / "app") / "labels.txt").write_text(SWAPPED)
    async with in_folder(tmp_path) as client:
        run = SkillRun(client, {"project": "app"})
        before = (await run.call("build_draft"))["build"]
        evaluation = await run.call("evaluate_build", build=before, samples="sounds")
        assert (evaluation["wrong"], evaluation["accuracy"]["right"]) == (12, 6)
        confusions = {(each["label"], each["answer"]) for each in evaluation["mistakes"]}
        assert confusions == {("yes", "no"), ("no", "yes")}, "two labels are swapped"
        numbers = sorted(each["sample"] for each in evaluation["mistakes"])
        for number in numbers[:2]:
            outputs = (await run.call("run_build", build=before, samples="sounds", sample=number))["outputs"]
            (scores,) = [each["elements"] for each in outputs if each["stage"] == "scores"]
            assert max(scores) > 0.9, "it is sure and wrong"
        (labels,) = (await run.call("read_project", paths=["labels.txt"]))["texts"]
        words = labels["text"].split()
        first, second = words.index("no"), words.index("yes")
        words[first], words[second] = words[second], words[first]
        digest = next(
            each["digest"] for each in (await run.call("read_project"))["files"] if each["path"] == "labels.txt"
        )
        edit = {"path": "labels.txt", "new": "\n".join(words) + "\n", "digest": digest}
        await run.call("edit_draft", edits=[edit], reason="The model has no before yes: both labels were swapped.")
        after = (await run.call("build_draft"))["build"]
        await run.call("evaluate_build", build=after, samples="sounds")
        comparison = await run.call("compare_builds", before=before, after=after)
        assert (comparison["became_right"], comparison["became_wrong"]) == (numbers, [])
        assert "do not overlap" in comparison["verdict"]
    assert run.tools == tools_of_skill("find-out-why-it-is-wrong") - SERVER_ONLY - {"read_build", "read_evaluation"}


@pytest.mark.parametrize("name", [each.parent.name for each in sorted(SKILLS.glob("*/SKILL.md"))])
async def test_a_skill_has_a_name_a_description_and_an_end(name: str) -> None:
    _, front, text = (SKILLS / name / "SKILL.md").read_text("utf-8").split("---\n", 2)
    matter = yaml.safe_load(front)
    assert (matter["name"], set(matter)) == (name, {"name", "description"})
    assert "Use when" in matter["description"]
    assert all(f"## {title}" in text for title in ("What to measure", "When to stop"))

"""Building a draft as its project's: bytes, memory, instructions, accuracy with its range, and what differs."""

from __future__ import annotations

from pydantic import Field

from forge.accounts.permissions import Verb
from forge.agents.access import WorkKind, work_key
from forge.agents.mcp.calls import AgentCall
from forge.agents.mcp.pages import absolute
from forge.agents.mcp.tools.editing import OwnDraft
from forge.agents.mcp.tools.reading import ProjectName
from forge.agents.mcp.waiting import WaitingArguments
from forge.agents.models import StepKind
from forge.builds.access import find_numbered
from forge.builds.actions import build_version
from forge.builds.evaluations.limits import JudgedLimitJson
from forge.builds.evaluations.outcomes import EvaluationSummaryJson
from forge.builds.models import Build
from forge.builds.serializers.builds import build_to_json
from forge.builds.serializers.packages import BuildPackageJson
from forge.jobs.models import UNFINISHED_STATES
from forge.projects.drafts.version import version_of_draft
from rune.tools.mcp.builds import LONGEST_ERROR, Accuracy, BuildAnswer, JudgedLimit, NeedsState, PackageNeeds
from rune.tools.mcp.declarations import ToolArguments, tool


class BuildDraft(ToolArguments):
    """One of your drafts."""

    project: str = ProjectName
    draft: int = OwnDraft


class ReadBuild(WaitingArguments):
    """A build of a project."""

    project: str = ProjectName
    build: int = Field(description="the number of the build", ge=1)


@tool("build_draft", "Build a draft", changes=True)
def build_draft(call: AgentCall, arguments: BuildDraft) -> BuildAnswer:
    """Starts a build of one of your drafts, as it is now, as a build of the project: it is tested on the project's test
    samples, whose recordings you do not get. Read the build until it has ended."""
    draft = call.find_own_draft(arguments.project, arguments.draft)
    build = build_version(call.actor, version_of_draft(call.actor, draft))
    call.began = work_key(WorkKind.BUILD, build.number or 0)
    call.did(StepKind.WORK, f"built draft {draft.number} as build {build.number}")
    return _answer(build)


@tool("read_build", "Read a build")
def read_build(call: AgentCall, arguments: ReadBuild) -> BuildAnswer:
    """Reads a build of a project: its state, bytes, time, accuracy with its range, and the limits that it keeps or
    does not."""
    project = call.find_project(arguments.project, Verb.READ)
    build = find_numbered(call.actor, project, arguments.build)
    call.did(StepKind.READ, f"read build {arguments.build}")
    return _answer(build)


def _answer(build: Build) -> BuildAnswer:
    row = build_to_json(build)
    run = row["report"].get("run") if row["report"] else None
    return BuildAnswer(
        build=row["number"] or 0,
        state=row["state"],
        error=(row["error"] or "")[:LONGEST_ERROR] or None,
        rune_bytes=build.artefact.size if build.artefact else None,
        memory_bytes=build.artefact.planned_memory if build.artefact else None,
        milliseconds=run["milliseconds"] if run else None,
        accuracy=_accuracy(row["evaluation"]),
        packages=[_package(each) for each in row["packages"]],
        limits=[_limit(each) for each in row["limits"]],
        page=absolute(row["url"] or build.project.get_absolute_url()),
    )


def _accuracy(row: EvaluationSummaryJson | None) -> Accuracy | None:
    if row is None:
        return None
    return Accuracy(
        samples=row["samples"],
        right=row["right"],
        accuracy=row["accuracy"],
        low=row["low"],
        high=row["high"],
        reason=row["reason"],
    )


def _limit(row: JudgedLimitJson) -> JudgedLimit:
    return JudgedLimit(sentence=f"{row['name']}: {row['sentence']}", outcome=row["outcome"])


def _needs_state(row: BuildPackageJson) -> NeedsState:
    if (needs := row["needs"]) is not None:
        return NeedsState.PLANNED if needs["instructions"] is None else NeedsState.MEASURED
    return NeedsState.WAITING if row["state"] in UNFINISHED_STATES else NeedsState.FAILED


def _package(row: BuildPackageJson) -> PackageNeeds:
    needs = row["needs"]
    return PackageNeeds(
        target=row["target"],
        state=_needs_state(row),
        reason=row["refusal"] or (needs and needs["not_measured"]) or "",
        flash_bytes=needs["flash"] if needs else None,
        ram_bytes=needs["ram"] if needs else None,
        instructions=needs.get("instructions") if needs else None,
    )

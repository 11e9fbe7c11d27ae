"""Cancelling what this agent began. It never stops the work of a person or of another agent."""

from __future__ import annotations

from pydantic import Field

from forge.accounts.permissions import Verb
from forge.agents.access import WorkKind, require_own_work, work_key
from forge.agents.mcp.calls import AgentCall
from forge.agents.mcp.pages import absolute
from forge.agents.mcp.tools.reading import ProjectName
from forge.agents.models import StepKind
from forge.builds.access import find_numbered
from forge.core.errors import Conflict
from forge.jobs.actions import cancel_job
from forge.learning.searches.access import find_search
from forge.learning.searches.actions import stop_search_now
from forge.learning.training.access import find_run
from forge.learning.training.actions import cancel_run_now
from forge.projects.models import Project
from rune.tools.mcp.declarations import ToolAnswer, ToolArguments, tool


class CancelWork(ToolArguments):
    """Work that you began."""

    project: str = ProjectName
    kind: WorkKind = Field(description="`run`, `search` or `build`")
    number: int = Field(description="its number", ge=1)


class CancelledWork(ToolAnswer):
    """The work, which ends now. A search ends after the epochs that its trials are in."""

    kind: str
    number: int
    page: str


@tool("cancel", "Cancel", changes=True)
def cancel(call: AgentCall, arguments: CancelWork) -> CancelledWork:
    """Cancels a training run, a search or a build that you began. What a person or another agent began is refused as
    `not-its-own`."""
    verb = Verb.BUILD if arguments.kind == WorkKind.BUILD else Verb.TRAIN
    project = call.find_project(arguments.project, verb)
    require_own_work(call.agent, project, arguments.kind, arguments.number)
    address = _CANCELLING[arguments.kind](call, project, arguments.number)
    call.did(StepKind.WORK, f"cancelled {work_key(arguments.kind, arguments.number).replace(':', ' ')}")
    return CancelledWork(kind=arguments.kind, number=arguments.number, page=absolute(address))


def _cancel_run(call: AgentCall, project: Project, number: int) -> str:
    run = find_run(call.actor, project, number)
    cancel_run_now(call.actor, run)
    return run.get_absolute_url()


def _stop_search(call: AgentCall, project: Project, number: int) -> str:
    search = find_search(call.actor, project, number)
    stop_search_now(call.actor, search)
    return search.get_absolute_url()


def _cancel_build(call: AgentCall, project: Project, number: int) -> str:
    build = find_numbered(call.actor, project, number)
    if build.job is None:
        raise Conflict("This build has ended.")
    cancel_job(call.actor, build.job)
    return project.get_absolute_url()


_CANCELLING = {
    WorkKind.RUN: _cancel_run,
    WorkKind.SEARCH: _stop_search,
    WorkKind.BUILD: _cancel_build,
}

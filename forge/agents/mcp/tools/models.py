"""Taking the model of a run or of a trial into a draft, as people apply it to a project."""

from __future__ import annotations

from pydantic import Field

from forge.agents.mcp.calls import AgentCall
from forge.agents.mcp.pages import absolute
from forge.agents.mcp.tools.editing import OwnDraft
from forge.agents.mcp.tools.reading import ProjectName, file_row, problems_of
from forge.agents.models import StepKind
from forge.core.errors import Invalid
from forge.learning.searches.access import find_search, find_trial
from forge.learning.searches.actions.using import offer_of_trial
from forge.learning.training.access import find_run
from forge.learning.training.actions.applying import put_model
from forge.learning.training.actions.using import offer_of_run, require_finished
from forge.learning.training.offered_version import ModelOffer
from forge.projects.files.contents import list_files
from forge.projects.models import Project
from rune.tools.mcp.declarations import ToolAnswer, ToolArguments, tool
from rune.tools.mcp.project_files import FileRow, ProjectProblem


class UseModel(ToolArguments):
    """A draft of yours, and the model that goes into it: of a finished run, or of a trial of a search."""

    project: str = ProjectName
    draft: int = OwnDraft
    run: int | None = Field(description="the number of a finished training run", default=None, ge=1)
    search: int | None = Field(description="the number of a search, with `trial`", default=None, ge=1)
    trial: int | None = Field(description="the number of a trained trial of the search", default=None, ge=1)


class ModelInDraft(ToolAnswer):
    """The files of the draft that changed, and what is wrong now."""

    origin: str
    changed: list[FileRow]
    problems: list[ProjectProblem]
    can_be_built: bool
    next: str
    page: str


@tool("use_model", "Use a model", changes=True)
def use_model(call: AgentCall, arguments: UseModel) -> ModelInDraft:
    """Puts the model of a finished run, or of a trial of a search, into one of your drafts: the model file, its record,
    its Runefile, and what forge.yml says about how it was trained. The draft's Runefile is replaced by that of the run;
    the draft as it was is a version that people can restore."""
    draft = call.find_own_draft(arguments.project, arguments.draft)
    offer = _offer(call, draft.project, arguments)
    paths = put_model(call.actor, draft.files, offer)
    problems, can_be_built = problems_of(call, draft.files)
    call.did(StepKind.EDIT, f"put the model of {offer.origin} into draft {draft.number}: {', '.join(paths)}")
    return ModelInDraft(
        origin=offer.origin,
        changed=[file_row(each) for each in list_files(draft.files) if each.path in paths],
        problems=problems,
        can_be_built=can_be_built,
        next="Build the draft: only a build is tested on test samples.",
        page=absolute(draft.get_absolute_url()),
    )


def _offer(call: AgentCall, project: Project, arguments: UseModel) -> ModelOffer:
    """Raises `Invalid`, `NotFound`, `RunNotFinished` and `TrialNotTrained`."""
    if arguments.run is not None and arguments.search is None and arguments.trial is None:
        run = find_run(call.actor, project, arguments.run)
        require_finished(run)
        return offer_of_run(run, "")
    if arguments.run is None and arguments.search is not None and arguments.trial is not None:
        search = find_search(call.actor, project, arguments.search)
        return offer_of_trial(find_trial(call.actor, search, arguments.trial))
    raise Invalid("Name either `run`, or `search` and `trial`.")

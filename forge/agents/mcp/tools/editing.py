"""Writing drafts: starting one, editing its texts, and offering it as a change request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from forge.accounts.permissions import Verb
from forge.agents.mcp.calls import AgentCall
from forge.agents.mcp.pages import absolute
from forge.agents.mcp.tools.reading import ProjectName, file_row, problems_of
from forge.agents.models import StepKind
from forge.core.errors import Conflict, Invalid
from forge.projects.drafts.actions import begin_draft, discard_draft
from forge.projects.files.actions import write_texts
from forge.projects.files.contents import list_files
from forge.projects.models import LONGEST_REQUEST, MAX_DESCRIPTION, Draft
from forge.reviews.change_requests.actions.offers import offer_changes, offer_newer
from forge.reviews.changes.models import ChangeRequest, ChangeState
from rune.tools.mcp.declarations import ToolAnswer, ToolArguments, tool
from rune.tools.mcp.project_files import FileRow
from rune.tools.mcp.text_edits import (
    EditAnswer,
    EditRefused,
    TextEdits,
    TextHasChanged,
    TextReplacement,
    changed_paths,
    with_edits,
)

OwnDraft = Field(description="the number of one of your drafts", ge=1)


class StartDraft(ToolArguments):
    """A project, and what the draft is for."""

    project: str = ProjectName
    title: str = Field(description="a few words that say what changes", min_length=1, max_length=MAX_DESCRIPTION)
    request: str = Field(description="the task, in the words of the person", max_length=LONGEST_REQUEST, default="")


class DraftAnswer(ToolAnswer):
    """A draft of yours."""

    draft: int
    title: str
    files: list[FileRow]
    page: str


class EditDraft(TextEdits):
    """Edits of a draft, carried out in their order; all of them or none."""

    project: str = ProjectName
    draft: int = OwnDraft


class OfferDraft(ToolArguments):
    """A draft that is ready for people."""

    project: str = ProjectName
    draft: int = OwnDraft
    title: str = Field(description="what changes, in a few words", min_length=1, max_length=200)
    message: str = Field(description="what changed and why, with figures that you measured", max_length=10_000)


class OpenOffer(ToolAnswer):
    """The change request. People decide; nothing of it is in the project before that."""

    change_request: int
    state: str
    page: str


class DraftOnly(ToolArguments):
    """One of your drafts."""

    project: str = ProjectName
    draft: int = OwnDraft


class Discarded(ToolAnswer):
    """The draft has ended."""

    draft: int


@tool("start_draft", "Start a draft", changes=True)
def start_draft(call: AgentCall, arguments: StartDraft) -> DraftAnswer:
    """Starts a draft of a project: a copy of its files that you may edit. The project's own files stay as they are."""
    project = call.find_project(arguments.project, Verb.DRAFT)
    call.draft = begin_draft(call.actor, project, arguments.title, arguments.request, agent_name=call.agent.name)
    call.did(StepKind.EDIT, f"started draft {call.draft.number}, {arguments.title}")
    return _draft(call.draft)


@tool("edit_draft", "Edit a draft", changes=True)
def edit_draft(call: AgentCall, arguments: EditDraft) -> EditAnswer:
    """Edits text files of one of your drafts and checks the result. An edit whose `old` text is not there exactly once,
    or whose `digest` is another by now, is refused as `edit-conflict` and nothing is changed: read the file again."""
    draft = call.find_own_draft(arguments.project, arguments.draft)
    texts = {each.path: each.text for each in list_files(draft.files) if each.text is not None}
    digests = {each.path: each.content_digest for each in list_files(draft.files)}
    after = _edited(texts, digests, arguments.edits)
    changed = changed_paths(texts, after)
    write_texts(
        call.actor,
        draft.files,
        {path: after.get(path) for path in changed},
        preconditions={path: digests.get(path) for path in changed},
    )
    call.changes |= {path: [texts.get(path), after.get(path)] for path in changed}
    problems, can_be_built = problems_of(call, draft.files)
    call.did(StepKind.EDIT, f"changed {', '.join(changed) or 'nothing'}: {arguments.reason}")
    entries = [each for each in list_files(draft.files) if each.path in changed]
    return EditAnswer(
        changed=[file_row(each) for each in entries],
        problems=problems,
        can_be_built=can_be_built,
        page=absolute(draft.get_absolute_url()),
    )


@tool("offer_draft", "Open a change request", changes=True)
def offer_draft(call: AgentCall, arguments: OfferDraft) -> OpenOffer:
    """Opens a change request with the files of one of your drafts, or offers newer files in the one that is open.
    People try it, take all or some of it, or decline."""
    draft = call.find_own_draft(arguments.project, arguments.draft)
    request = ChangeRequest.objects.filter(source=draft.files, state=ChangeState.OPEN).first()
    if request is None:
        request = offer_changes(call.actor, draft.files, arguments.title, arguments.message)
    else:
        offer_newer(call.actor, request, message=arguments.message)
    call.did(StepKind.TALK, f"offered draft {draft.number} in change request {request.number}")
    return OpenOffer(change_request=request.number, state=request.state, page=absolute(request.get_absolute_url()))


@tool("discard_draft", "Discard a draft", changes=True)
def end_draft(call: AgentCall, arguments: DraftOnly) -> Discarded:
    """Discards one of your drafts. What you offered of it stays."""
    draft = call.find_own_draft(arguments.project, arguments.draft)
    discard_draft(call.actor, draft)
    call.did(StepKind.EDIT, f"discarded draft {draft.number}")
    return Discarded(draft=draft.number)


class EditConflict(Conflict):
    """The text is another than the edit expects."""

    title = "The text has changed"


def _edited(
    texts: Mapping[str, str], digests: Mapping[str, str], edits: Sequence[TextReplacement]
) -> Mapping[str, str]:
    """Returns the texts after the edits. Raises `EditConflict` and `Invalid`."""
    try:
        return with_edits(texts, digests, edits)
    except TextHasChanged as error:
        raise EditConflict(str(error)) from error
    except EditRefused as error:
        raise Invalid(str(error)) from error


def _draft(draft: Draft) -> DraftAnswer:
    return DraftAnswer(
        draft=draft.number,
        title=draft.title,
        files=[file_row(each) for each in list_files(draft.files)],
        page=absolute(draft.get_absolute_url()),
    )

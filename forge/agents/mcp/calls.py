"""Carrying out a call of an agent: its right is asked for anew, what it did is kept as a step, and a refusal is
answered by name and written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from channels.db import database_sync_to_async

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal
from forge.agents.access import principal_of_agent
from forge.agents.actions.refusals import write_refusal
from forge.agents.addressed_texts import addressed_texts
from forge.agents.limits import CALLS_OF_AGENT, CALLS_OF_PERSON, count_call
from forge.agents.mcp.pages import absolute
from forge.agents.mcp.waiting import Report, WaitingArguments, is_unfinished, until_ended, waiting_place
from forge.agents.models import LONGEST_SUMMARY, LONGEST_TOOL, AgentGrant, AgentStep, StepKind
from forge.agents.presence import announce_agent
from forge.core.audit.denials import record_denial
from forge.core.errors import Busy, Conflict, DomainError, Forbidden, NotFound, TooOften
from forge.projects.access import find_project
from forge.projects.drafts.access import find_draft
from forge.projects.models import Draft, Project
from rune.tools.mcp.declarations import Tool, ToolAnswer, ToolArguments, ToolRefused

if TYPE_CHECKING:
    # The library is loaded by the first request to /mcp.
    from mcp.server.context import ServerRequestContext

AGENT_KEY: Final = "forge.agent"
"""The key of the agent's id in the scope of a request."""
TIMING_ERRORS: Final = (Busy, Conflict, TooOften)
"""Errors of a call that may be made again later, or after reading again: they are steps, and no entries of the audit
log."""
STOPPED: Final = "The person for whom you act stopped you, or your right has ended. Ask them to let you act again."


@dataclass
class AgentCall:
    """A call: who acts, and what the step will say of it."""

    agent: AgentGrant
    actor: Principal
    tool: str
    kind: StepKind = StepKind.READ
    summary: str = ""
    project: Project | None = None
    draft: Draft | None = None
    reads: list[str] = field(default_factory=list)
    addressed: dict[str, list[str]] = field(default_factory=dict)
    """The sentences that address an assistant, by the origin of their text."""
    changes: dict[str, list[str | None]] = field(default_factory=dict)
    began: str = ""
    """The key of the work that it began (`forge.agents.access.work_key`)."""

    def find_project(self, full_name: str, verb: Verb = Verb.READ) -> Project:
        """Returns a project of the agent's grant. Raises `NotFound` and `Forbidden`."""
        organisation, _, name = full_name.partition("/")
        project = find_project(self.actor, organisation, name, verb)
        if project.draft_of_id is not None:
            raise NotFound
        self.project = project
        return project

    def find_own_draft(self, full_name: str, number: int) -> Draft:
        """Returns a draft that this agent writes. Raises `NotFound`, and `Forbidden` for one of somebody else."""
        draft = find_draft(self.actor, self.find_project(full_name), number)
        if draft.agent != self.agent.pk:
            raise Forbidden(f"Draft {number} is written by somebody else. Start a draft of your own.")
        self.draft = draft
        return draft

    def did(self, kind: StepKind, summary: str) -> None:
        """Says what the call did, as the rest of a sentence."""
        self.kind, self.summary = kind, summary[:LONGEST_SUMMARY]

    def note_read(self, summary: str) -> None:
        """Notes what the call read, as the rest of a sentence."""
        self.did(StepKind.READ, summary)

    def reference_address(self, page: str, place: str) -> str:
        """Returns the address of a place of a reference, for people."""
        return absolute(f"/docs/reference/{page}#{place}")


async def carry_out(context: ServerRequestContext[Any], tool: Tool[AgentCall], arguments: ToolArguments) -> ToolAnswer:
    """Carries a call out in a thread; one that waits for a job waits without it. Raises `ToolRefused`."""
    if context.request is None:
        raise ToolRefused("agent-stopped", STOPPED)
    agent: UUID = context.request.scope[AGENT_KEY]

    async def report(seconds: float, sentence: str) -> None:
        await context.session.report_progress(seconds, None, sentence)

    return await answer_of(agent, tool, arguments, report)


async def answer_of(agent: UUID, tool: Tool[AgentCall], arguments: ToolArguments, report: Report) -> ToolAnswer:
    """Returns the answer of a call, after the wait that its arguments ask for. Raises `ToolRefused`."""
    in_thread = database_sync_to_async(answered_call, thread_sensitive=False)
    answer, stream = await in_thread(agent, tool, arguments)
    seconds = arguments.wait_seconds if isinstance(arguments, WaitingArguments) else 0
    if not seconds or not is_unfinished(answer):
        return cast(ToolAnswer, answer)

    async def read() -> ToolAnswer:
        again: ToolAnswer = (await in_thread(agent, tool, arguments, is_first=False))[0]
        return again

    with waiting_place(agent) as may_wait:
        return await until_ended(answer, stream, seconds if may_wait else 0, read, report)


def call_tool(agent_id: UUID, tool: Tool[AgentCall], arguments: ToolArguments) -> ToolAnswer:
    """Carries a call out, without a wait. Raises `ToolRefused`. Beyond the limits nothing is written."""
    return answered_call(agent_id, tool, arguments)[0]


def answered_call(
    agent_id: UUID, tool: Tool[AgentCall], arguments: ToolArguments, *, is_first: bool = True
) -> tuple[ToolAnswer, str]:
    """Carries a call out, and returns its answer with the stream of its project. A later look of a call that waits
    asks for the right, and is no step of its own. Raises `ToolRefused`."""
    call = _begun(agent_id, tool.name)
    try:
        if is_first:
            _count(call)
    except DomainError as error:
        raise _refused(error) from error
    try:
        answer = tool.function(call, arguments)
    except DomainError as error:
        _write_refusal(call, error.detail, is_audited=not isinstance(error, TIMING_ERRORS))
        record_denial(error)
        raise _refused(error) from error
    if is_first:
        call.addressed = addressed_texts(answer)
        _write_step(call)
    return answer, "" if call.project is None else call.project.stream


async def note_refusal(context: ServerRequestContext[Any], tool: str, refusal: ToolRefused) -> None:
    """Writes down, in a thread, that a tool does not exist or was called with other arguments than it has."""
    agent = context.request.scope[AGENT_KEY] if context.request is not None else None
    await database_sync_to_async(write_misdirected_call, thread_sensitive=False)(agent, tool, refusal)


def write_misdirected_call(agent_id: UUID, tool: str, refusal: ToolRefused) -> None:
    """Writes down a call of a tool that does not exist, or with other arguments than the tool has. It counts as any
    other call, and beyond the limits nothing is written."""
    try:
        call = _begun(agent_id, _printable(tool))
        _count(call)
    except (ToolRefused, DomainError):
        return
    _write_refusal(call, refusal.detail)


def _begun(agent_id: UUID, tool: str) -> AgentCall:
    """Returns a call of an agent whose right has not ended. Raises `ToolRefused`."""
    agent = AgentGrant.objects.alive().select_related("person").filter(pk=agent_id).first()
    if agent is None:
        raise ToolRefused("agent-stopped", STOPPED)
    return AgentCall(agent, principal_of_agent(agent), tool)


def _count(call: AgentCall) -> None:
    """Counts a call for its agent and for the person. Raises `TooOften` and `CountersUnavailable`."""
    count_call(CALLS_OF_AGENT, str(call.agent.pk))
    count_call(CALLS_OF_PERSON, str(call.agent.person_id))


def _printable(tool: str) -> str:
    """Returns the name that an agent gave for a tool, as it can be stored."""
    return "".join(each for each in tool if each.isprintable())[:LONGEST_TOOL]


def _write_step(call: AgentCall) -> AgentStep:
    step = AgentStep.objects.create(
        agent=call.agent,
        project=call.project,
        draft=call.draft,
        tool=call.tool,
        kind=call.kind,
        summary=call.summary or call.tool,
        reads=call.reads,
        addressed=call.addressed or None,
        changes=call.changes,
        began=call.began,
    )
    announce_agent(step)
    return step


def _write_refusal(call: AgentCall, reason: str, *, is_audited: bool = True) -> None:
    call.did(StepKind.REFUSED, reason)
    step = _write_step(call)
    if is_audited:
        write_refusal(step, call.actor)


def _refused(error: DomainError) -> ToolRefused:
    return ToolRefused(_name_of(error), error.detail, **_facts_of(error))


def _name_of(error: DomainError) -> str:
    """Returns the name of an error: its class's, in small letters with hyphens."""
    name = type(error).__name__
    return "".join(f"-{each.lower()}" if each.isupper() and at else each.lower() for at, each in enumerate(name))


def _facts_of(error: DomainError) -> Mapping[str, Any]:
    facts = {"title": error.title, **({"errors": error.errors} if error.errors else {}), **error.extra}
    return {**facts, "retry_after": error.retry_after} if isinstance(error, TooOften) else facts

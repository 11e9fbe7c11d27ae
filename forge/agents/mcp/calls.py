"""Carrying out a call of an agent: its right is asked for anew, what it did is kept as a step, and a refusal is
answered by name and written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from channels.db import database_sync_to_async
from mcp.server.context import ServerRequestContext

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal
from forge.agents.access import principal_of_agent
from forge.agents.addressed_texts import addressed_texts
from forge.agents.mcp.pages import absolute
from forge.agents.models import LONGEST_SUMMARY, AgentGrant, AgentStep, StepKind
from forge.agents.presence import announce_agent
from forge.core.audit.denials import record_denial
from forge.core.audit.entries import NOWHERE, write_entry
from forge.core.cache.windows import count
from forge.core.errors import DomainError, Forbidden, NotFound, TooOften
from forge.projects.access import find_project
from forge.projects.drafts.access import find_draft
from forge.projects.models import Draft, Project
from rune.tools.mcp.declarations import Tool, ToolAnswer, ToolArguments
from rune.tools.mcp.server import ToolRefused

CALLS_A_MINUTE: Final = 120
"""Calls of one agent in a minute."""
AGENT_KEY: Final = "forge.agent"
"""The key of the agent's id in the scope of a request."""
READS_BEFORE_REFUSAL: Final = 50
"""The last things that an agent read, which the audit log has with a refusal."""
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
    """Carries a call out in a thread. Raises `ToolRefused`."""
    agent = context.request.scope[AGENT_KEY] if context.request is not None else None
    answer: ToolAnswer = await database_sync_to_async(call_tool, thread_sensitive=False)(agent, tool, arguments)
    return answer


def call_tool(agent_id: UUID, tool: Tool[AgentCall], arguments: ToolArguments) -> ToolAnswer:
    """Carries a call out. Raises `ToolRefused`."""
    agent = AgentGrant.objects.alive().select_related("person").filter(pk=agent_id).first()
    if agent is None:
        raise ToolRefused("agent-stopped", STOPPED)
    call = AgentCall(agent, principal_of_agent(agent), tool.name)
    try:
        if count(f"agent:{agent.pk}", 60).times > CALLS_A_MINUTE:
            raise TooOften(f"An agent makes at most {CALLS_A_MINUTE} calls a minute. Wait a moment.", retry_after=10)
        answer = tool.function(call, arguments)
    except DomainError as error:
        _write_refusal(call, error)
        raise ToolRefused(_name_of(error), error.detail, **_facts_of(error)) from error
    call.addressed = addressed_texts(answer)
    _write_step(call)
    return answer


def _write_step(call: AgentCall) -> None:
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


def _write_refusal(call: AgentCall, error: DomainError) -> None:
    """Keeps a refusal, with what the agent read before: nobody can say what moved it."""
    call.did(StepKind.REFUSED, error.detail)
    _write_step(call)
    if not isinstance(error, Forbidden | NotFound):
        return
    record_denial(error)
    place = call.project.place if call.project else NOWHERE
    steps = AgentStep.objects.filter(agent=call.agent).order_by("-pk").values_list("reads", flat=True)
    reads = [name for names in steps[:READS_BEFORE_REFUSAL] for name in names][:READS_BEFORE_REFUSAL]
    subject = call.project.stream if call.project else f"agent:{call.agent.pk}"
    write_entry(call.actor, "agent.refused", subject, place, tool=call.tool, reason=error.detail, reads=reads)


def _name_of(error: DomainError) -> str:
    """Returns the name of an error: its class's, in small letters with hyphens."""
    name = type(error).__name__
    return "".join(f"-{each.lower()}" if each.isupper() and at else each.lower() for at, each in enumerate(name))


def _facts_of(error: DomainError) -> Mapping[str, Any]:
    return {"title": error.title, **({"errors": error.errors} if error.errors else {}), **error.extra}

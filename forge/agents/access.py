"""Finding agents, and the principals that they are."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from forge.accounts.principals import Principal, acting_as
from forge.agents.models import AgentGrant, AgentStep
from forge.core.actors import Actor
from forge.core.errors import Forbidden, NotFound
from forge.projects.models import Draft, Project

_USE_WRITTEN_EVERY = timedelta(minutes=5)


def agents_of(actor: Actor) -> QuerySet[AgentGrant]:
    """Returns a person's own agents that have not ended, newest first."""
    return AgentGrant.objects.visible_to(actor).alive()


def find_agent(actor: Actor, agent_id: UUID) -> AgentGrant:
    """Returns one of a person's own agents. Raises `NotFound`."""
    agent = agents_of(actor).filter(pk=agent_id).first()
    if agent is None:
        raise NotFound("You have no such agent, or it was stopped.")
    return agent


def agent_of_draft(draft: Draft) -> AgentGrant | None:
    """Returns the agent that writes a draft, also when its right has ended; None for one that a person began. The
    caller has found the draft for someone."""
    return AgentGrant.objects.select_related("person").filter(pk=draft.agent).first() if draft.agent else None


def is_alive(agent: AgentGrant) -> bool:
    """Returns whether an agent's right has not ended."""
    return AgentGrant.objects.alive().filter(pk=agent.pk).exists()


def principal_of_agent(agent: AgentGrant) -> Principal:
    """Returns who acts, and notes that the agent was used."""
    now = timezone.now()
    if agent.last_used is None or agent.last_used < now - _USE_WRITTEN_EVERY:
        AgentGrant.objects.filter(pk=agent.pk).update(last_used=now)
    return acting_as(agent.person, agent)


class WorkKind(StrEnum):
    """The kind of work that takes long."""

    RUN = "run"
    SEARCH = "search"
    BUILD = "build"


class NotItsOwn(Forbidden):
    """An agent would stop what a person or another agent began."""

    title = "Somebody else began this"


def work_key(kind: WorkKind, number: int) -> str:
    """Returns the key of work of a project, such as `run:3`."""
    return f"{kind}:{number}"


def require_own_work(agent: AgentGrant, project: Project, kind: WorkKind, number: int) -> None:
    """Raises `NotItsOwn` unless this agent began the work."""
    if not AgentStep.objects.filter(agent=agent, project=project, began=work_key(kind, number)).exists():
        raise NotItsOwn(f"You did not begin {kind} {number}, so you cannot stop it. A person can.")


def steps_of(actor: Actor, project: Project) -> QuerySet[AgentStep]:
    """Returns what agents did in a project, in their order. The caller has found it for someone."""
    return AgentStep.objects.filter(project=project).select_related("agent__person", "draft")

"""Agents, as grants: one does at most what its person may at that moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from django.utils import timezone

from forge.accounts.grants.access import as_now
from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.hooks import projects_of_organisation
from forge.accounts.tokens.restriction import own_keys
from forge.agents.actions.rights import end_agents
from forge.agents.models import AgentGrant
from forge.core.actors import Actor
from forge.core.audit.messages import name_things


def _find(scope: GrantScope) -> Sequence[Grant]:
    agents = list(AgentGrant.objects.alive().filter(person__in=scope.people).select_related("person"))
    if scope.organisation is not None:
        keys = {key for each in agents for key in each.restriction}
        inside = {key for answer in projects_of_organisation.call(scope.organisation, keys) for key in answer}
        agents = [each for each in agents if inside.intersection(each.restriction)]
    things = name_things({key for each in agents for key in each.restriction})
    return [
        Grant(
            id=each.pk,
            maker=each.person_id,
            title=f"Agent “{each.name}”",
            holds=_reaches(each.restriction),
            place=", ".join(things[key].name for key in each.restriction if key in things),
            created=each.created,
            expires=each.expires,
            token=each.token_id,
        )
        for each in agents
    ]


def _reaches(restriction: Collection[str]) -> Callable[[Actor], bool]:
    return lambda actor: bool(own_keys(actor, restriction))


def _leave(agent_id: UUID, organisation: UUID) -> bool:
    agent = AgentGrant.objects.select_for_update().get(pk=agent_id)
    inside = {key for answer in projects_of_organisation.call(organisation, agent.restriction) for key in answer}
    agent.restriction = [key for key in agent.restriction if key not in inside]
    if not own_keys(as_now(agent.person), agent.restriction):
        return False
    agent.save(update_fields=["restriction"])
    return True


declare(
    GrantKind(
        name="agent",
        label="Agents",
        icon="bot",
        rule="An agent may at most what you may yourself at that moment. One that reaches no project of yours ends.",
        model=AgentGrant,
        maker="person",
        find=_find,
        end=lambda ids: end_agents(ids, timezone.now()),
        leave=_leave,
    )
)

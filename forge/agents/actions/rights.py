"""Letting an agent act, and stopping it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_person
from forge.accounts.models import ApiToken
from forge.accounts.principals import acting_as
from forge.accounts.scopes import Scope
from forge.accounts.tokens.restriction import checked_restriction
from forge.agents.models import LONGEST_NAME, AgentGrant
from forge.agents.presence import announce_end
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Forbidden, Invalid

AGENT_SCOPES: tuple[Scope, ...] = (Scope.PROJECT_READ, Scope.PROJECT_DRAFT, Scope.BUILD_RUN, Scope.REVIEW_WRITE)
"""The scopes that an agent may have, in the order in which pages show them."""
LONGEST_LIFE = timedelta(days=90)
"""An agent ends at the latest after this time; a person lets it act again."""
NAMELESS = "An assistant"
"""The name of an agent that gives none."""


@transaction.atomic
def connect_agent(
    actor: Actor, name: str, client: str, scopes: Sequence[str], projects: Collection[str], until: datetime
) -> AgentGrant:
    """Lets a program act for a person in some projects, in place of what it was allowed before.

    Raises `PersonNeeded` and `Invalid`.
    """
    require_person(actor)
    now = timezone.now()
    if not now < until <= now + LONGEST_LIFE:
        raise Invalid(
            f"An agent ends within {LONGEST_LIFE.days} days.", errors={"until": [f"within {LONGEST_LIFE.days} days"]}
        )
    keys = checked_restriction(actor, projects)
    if not keys or not all(key.startswith("project:") for key in keys):
        raise Invalid("Choose the projects that the agent may use.", errors={"projects": ["one or more projects"]})
    scope_names = [str(scope) for scope in AGENT_SCOPES if scope in {*scopes, Scope.PROJECT_READ}]
    former = AgentGrant.objects.filter(person=actor.pk, client=client, ended__isnull=True)
    end_agents(list(former.values_list("pk", flat=True)), now)
    agent = AgentGrant.objects.create(
        name=_name(name), person=actor.person, client=client, scopes=scope_names, restriction=keys, expires=until
    )
    what = {"name": agent.name, "until": until.isoformat(), "scopes": scope_names, "restriction": keys}
    write_entry(actor, "agent.connect", f"agent:{agent.pk}", agent.person.place, **what)
    return agent


@transaction.atomic
def agent_of_token(token: ApiToken, name: str) -> AgentGrant:
    """Returns the agent that shows a token of its person, from the first time on: with those of the token's scopes that
    an agent may have, and the projects of the token. From then on the token opens nothing else.

    Raises `Forbidden` for a token that is restricted to no project, and for one whose agent was stopped.
    """
    agents = AgentGrant.objects.select_related("person").filter(token=token)
    agent = agents.filter(ended__isnull=True).first()
    if agent is not None:
        return agent
    if agents.exists():
        raise Forbidden("The agent with this token was stopped. A person creates another token to let it act again.")
    projects = [key for key in token.restriction or () if key.startswith("project:")]
    if not projects:
        raise Forbidden(
            "An agent takes a token that is restricted to projects. Create one on the page Tokens of your account, and "
            "choose the projects there."
        )
    end = timezone.now() + LONGEST_LIFE
    ApiToken.objects.filter(pk=token.pk).update(for_agent=True)
    agent = AgentGrant.objects.create(
        name=_name(name),
        person=token.owner,
        token=token,
        scopes=[str(scope) for scope in AGENT_SCOPES if scope in token.scopes],
        restriction=projects,
        expires=min(end, token.expires) if token.expires else end,
    )
    person = acting_as(token.owner, token)
    what = {"name": agent.name, "until": agent.expires.isoformat(), "scopes": agent.scopes, "restriction": projects}
    write_entry(person, "agent.connect", f"agent:{agent.pk}", token.owner.place, **what)
    return agent


@transaction.atomic
def stop_agent(actor: Actor, agent: AgentGrant) -> None:
    """Ends an agent's right at once, also in the middle of what it does. Its drafts stay."""
    require_person(actor)
    end_agents([agent.pk], timezone.now())
    write_entry(actor, "agent.stop", f"agent:{agent.pk}", agent.person.place, name=agent.name)


def end_agents(ids: Collection[UUID], now: datetime) -> None:
    """Ends agents; they leave the studios in which they are shown. Who calls this writes the audit entry."""
    AgentGrant.objects.filter(pk__in=list(ids), ended__isnull=True).update(ended=now)
    transaction.on_commit(lambda: announce_end(ids), robust=True)


def _name(name: str) -> str:
    return " ".join("".join(each for each in name if each.isprintable()).split())[:LONGEST_NAME] or NAMELESS

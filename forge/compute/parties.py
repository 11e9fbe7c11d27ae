"""The party on whose behalf an actor lets something compute."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.principals import PrincipalKind
from forge.compute.scheduler.slots import Party
from forge.core.actors import Actor, agent_of

_PROGRAMS = frozenset({PrincipalKind.TOKEN, PrincipalKind.AGENT, PrincipalKind.INSTALLATION})


def party_of(actor: Actor, organisation: UUID) -> Party:
    """Returns the party of an actor in an organisation. A program waits behind people."""
    return Party(organisation, actor.pk, is_program=actor.kind in _PROGRAMS, agent=agent_of(actor))

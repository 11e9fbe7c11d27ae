"""The sentences of agents in the audit log, and their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from forge.agents.models import AgentGrant
from forge.core.audit.messages import AuditTopic, Thing, declare, ids_among, things_named

declare(
    AuditTopic.TOKENS,
    {
        "agent.connect": "let the agent {name} act for them until {until}",
        "agent.stop": "stopped the agent {name}",
    },
)
declare(AuditTopic.REFUSALS, {"agent.refused": "was refused {tool}: {reason}"})


@things_named.register
def names(keys: Collection[str]) -> Mapping[str, Thing]:
    """Returns the names of agents."""
    ids = ids_among(keys, "agent")
    return {f"agent:{each.pk}": Thing(each.name) for each in AgentGrant.objects.filter(pk__in=ids)} if ids else {}

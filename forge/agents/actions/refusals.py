"""Writing down what an agent was refused, with what it read before: nobody can say what moved it."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from forge.agents.models import AgentStep
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry

READS_BEFORE_REFUSAL: Final = 50
"""The last things that an agent read, which the audit log has with a refusal."""


@transaction.atomic
def write_refusal(step: AgentStep, actor: Actor) -> None:
    """Writes a refused call into the audit log, with its step's reason and the names of what the agent read before.
    Without a project, it is in the log of the person's account."""
    place = step.project.place if step.project else step.agent.person.place
    subject = step.project.stream if step.project else f"agent:{step.agent.pk}"
    # Steps that read nothing are left out: many refused calls do not hide what came before them.
    steps = AgentStep.objects.filter(agent=step.agent).exclude(reads=[]).order_by("-pk").values_list("reads", flat=True)
    reads = [name for names in steps[:READS_BEFORE_REFUSAL] for name in names][:READS_BEFORE_REFUSAL]
    write_entry(actor, "agent.refused", subject, place, tool=step.tool, reason=step.summary, reads=reads)

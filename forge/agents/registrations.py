"""The functions that agents register with the floors below."""

from __future__ import annotations

from forge.agents.edit_reasons import reasons_of
from forge.agents.models import AgentStep
from forge.agents.presence import present_agents
from forge.agents.studio_state import draft_work_state
from forge.agents.withdrawn_samples import erase_from_drafts
from forge.collab.room.visitors import present_visitors
from forge.datasets.hooks import file_traces
from forge.projects.hooks import state_parts
from forge.reviews.hooks import EditReason, edit_reasons
from forge.reviews.models import ChangeRequest


@edit_reasons.register
def reasons_of_steps(request: ChangeRequest) -> tuple[EditReason, ...]:
    """Returns why the agent of a draft made its edits; none of those that were taken back."""
    return reasons_of(AgentStep.objects.filter(draft=request.source_id))


file_traces.register(erase_from_drafts)
present_visitors.register(present_agents)
state_parts.register(draft_work_state)

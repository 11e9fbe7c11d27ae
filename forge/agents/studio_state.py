"""The part of a studio's state that says who writes the draft, and what a person may do about it."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.agents.access import agents_of
from forge.core.actors import Actor
from forge.core.api.json_types import Uuid
from forge.projects.models import Draft, Project
from forge.reviews.changes.models import ChangeRequest, ChangeState


class OfferedDraftJson(TypedDict):
    """The open change request of a draft."""

    number: int
    url: str


class DraftWorkJson(TypedDict):
    """The author of the draft whose files these are, and its change request."""

    by: Annotated[str, "the agent and the person for whom it acts, or the person who writes it"]
    has_agent: bool
    stoppable_agent: Annotated[Uuid | None, "the agent's grant, which the reader may end; null where they may not"]
    change_request: OfferedDraftJson | None


class DraftWorkStateJson(TypedDict):
    """The part `draft_work` of a project's state."""

    draft_work: Annotated[DraftWorkJson | None, "null for the files of a project itself"]


def draft_work_state(project: Project, actor: Actor) -> DraftWorkStateJson:
    """Returns the part; it asks the database about drafts alone."""
    return {"draft_work": None if project.draft_of_id is None else _draft_work(project.draft, actor)}


def _draft_work(draft: Draft, actor: Actor) -> DraftWorkJson:
    agent = agents_of(actor).filter(pk=draft.agent).first() if draft.agent else None
    offer = ChangeRequest.objects.filter(source=draft.files, state=ChangeState.OPEN).first()
    return {
        "by": author_of(draft),
        "has_agent": bool(draft.agent_name),
        "stoppable_agent": None if agent is None else str(agent.pk),
        "change_request": None if offer is None else {"number": offer.number, "url": offer.get_absolute_url()},
    }


def author_of(draft: Draft) -> str:
    """Returns the agent and its person, or the person who writes a draft."""
    person = str(draft.files.created_by or "someone who left")
    return f"{draft.agent_name} for {person}" if draft.agent_name else person

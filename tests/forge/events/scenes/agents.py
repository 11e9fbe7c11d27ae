"""Scenes of agents and of their drafts."""

from __future__ import annotations

from forge.agents.actions.undoing import undo_steps
from forge.projects.drafts import actions as drafts
from forge.projects.models import Draft
from forge.reviews.change_requests.actions.offers import note_step
from forge.reviews.change_requests.actions.taking import take_changes
from forge.reviews.changes.announcements import ChangeStep
from forge.reviews.models import ChangeRequest
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.agents import agent_of


@scene(drafts.start_draft)
def a_draft_begins(world: EventWorld) -> Act:
    return lambda: drafts.start_draft(world.developer, world.project, "Say more")


@scene(drafts.begin_draft)
def a_draft_of_an_agent_begins(world: EventWorld) -> Act:
    agent = agent_of(world.developer, world.project)
    return lambda: agent.call("start_draft", title="Say more")


@scene(drafts.discard_draft)
def a_draft_is_discarded(world: EventWorld) -> Act:
    draft = drafts.start_draft(world.developer, world.project, "Say more")
    return lambda: drafts.discard_draft(world.developer, draft)


def _written(world: EventWorld) -> Draft:
    """A draft to which an agent added two files, and which it offered."""
    agent = agent_of(world.developer, world.project)
    number = agent.call("start_draft", title="Say more").draft
    edits = [{"path": path, "new": "x\n"} for path in ("more.md", "most.md")]
    agent.call("edit_draft", draft=number, edits=edits, reason="It is short.")
    agent.call("offer_draft", draft=number, title="Say more", message="Two pages.")
    return Draft.objects.get(number=number)


@scene(undo_steps)
def the_steps_of_an_agent_are_undone(world: EventWorld) -> Act:
    draft = _written(world)
    return lambda: undo_steps(world.developer, draft, 1)


@scene(take_changes)
def some_changes_of_a_draft_are_offered(world: EventWorld) -> Act:
    request = ChangeRequest.objects.get(source=_written(world).files)
    return lambda: take_changes(world.developer, request, ["file:more.md"])


@scene(note_step)
def a_change_request_of_a_draft_changes(world: EventWorld) -> Act:
    request = ChangeRequest.objects.get(source=_written(world).files)
    return lambda: note_step(request, world.developer, "change.ask", ChangeStep.CHANGES)

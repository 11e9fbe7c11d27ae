"""Agents among the people in the studio: one is present in a draft for a minute after each call about it.

An agent has no browser. Its place is that of its last edit that was not taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from pycrdt import Text

from forge.accounts.models import COLOURS
from forge.agents.models import AgentGrant, AgentStep
from forge.collab.protocol.positions import selection_to_json
from forge.collab.room.visitors import Visitor, announce_visitor
from forge.projects.files.document import files_map, find_entry, text_edits
from forge.projects.files.document_store import read_document
from forge.projects.models import Draft

PRESENT_FOR: Final = timedelta(minutes=1)
"""How long an agent counts as present after a call."""

Selection = tuple[int, int]
"""The first character of a text and the one behind the last."""


def announce_agent(step: AgentStep) -> None:
    """Shows the agent of a call to those who have the draft open."""
    if step.draft is not None and step.draft.ended is None:
        announce_visitor(step.draft.files_id, _visitor(step))


def announce_end(agents: Collection[UUID]) -> None:
    """Takes agents whose right has ended from the drafts in which they may be shown."""
    now = timezone.now()
    recent = AgentStep.objects.filter(agent__in=agents, at__gte=now - PRESENT_FOR).exclude(draft=None)
    for agent, draft in recent.values_list("agent", "draft").distinct():
        announce_visitor(draft, Visitor(str(agent), {}, {}, now.timestamp(), until=0))


def present_agents(project_id: UUID) -> Sequence[Visitor]:
    """Returns the agents that are present in the document of a draft at this moment."""
    steps = AgentStep.objects.filter(
        draft=project_id, at__gte=timezone.now() - PRESENT_FOR, agent__in=AgentGrant.objects.alive()
    )
    last_steps = {each.agent_id: each for each in steps.select_related("agent__person", "draft")}
    return [_visitor(each) for each in last_steps.values()]


def _visitor(step: AgentStep) -> Visitor:
    agent, at = step.agent, step.at
    user = {
        "id": str(agent.pk),
        "name": str(agent),
        "initials": agent.name[:2].upper(),
        "colour": agent.person.colour % COLOURS + 1,
        "agent": True,
    }
    place = {} if step.draft is None else _place(step.draft)
    return Visitor(str(agent.pk), user, place, at.timestamp(), (at + PRESENT_FOR).timestamp())


def _place(draft: Draft) -> Mapping[str, Any]:
    """Returns the file and the selection of the last edit of a draft, as the studio says them of a person."""
    edits = AgentStep.objects.filter(draft=draft, undone=None).exclude(changes={}).order_by("-pk")
    changes: Mapping[str, Any] = next(iter(edits.values_list("changes", flat=True)[:1]), {})
    path = next((path for path in sorted(changes, reverse=True) if changes[path][1] is not None), None)
    doc = read_document(draft.pk).document()
    entry = None if path is None else find_entry(doc, path)
    if path is None or entry is None or entry.text is None:
        return {"file": None, "cursor": None}
    before, after = changes[path]
    anchor, head = selection_of_edit(before or "", after, entry.text)
    text: Text = files_map(doc)[entry.id]["text"]
    return {"file": entry.id, "cursor": selection_to_json(doc, text, anchor, head)}


def selection_of_edit(before: str, after: str, now: str) -> Selection:
    """Returns the last part that an edit changed, as a selection of the text as it is now."""
    start, end, shift = 0, 0, 0
    for first, last, insertion in text_edits(before, after):
        start, end = first + shift, first + shift + len(insertion)
        shift += len(insertion) - (last - first)
    later = tuple(text_edits(after, now))
    return _moved(start, later), _moved(end, later, is_end=True)


def _moved(place: int, edits: Iterable[tuple[int, int, str]], *, is_end: bool = False) -> int:
    """Returns a place of a text after edits of it, which are ascending. What is written at an end is behind it."""
    shift = 0
    for first, last, insertion in edits:
        if last < place or (last == place and not is_end):
            shift += len(insertion) - (last - first)
        elif first < place:
            return first + shift
    return place + shift

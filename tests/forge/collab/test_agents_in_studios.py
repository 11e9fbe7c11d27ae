"""An agent in the studio of its draft: present for a while after a call, where it edited last, gone when stopped."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from pycrdt import StickyIndex

from forge.accounts.models import User
from forge.accounts.principals import acting_as
from forge.agents import presence
from forge.agents.actions.rights import stop_agent
from forge.agents.actions.undoing import undo_steps
from forge.agents.models import AgentStep
from forge.agents.presence import present_agents, selection_of_edit
from forge.collab.room.attendance import Attendance
from forge.collab.room.presence import Presence
from forge.collab.room.visitors import Visitor
from forge.core.events import delivery
from forge.projects.actions import write_file
from forge.projects.models import Draft, Project
from tests.support.cases import each_case
from tests.support.clients.yjs_socket import YjsClient, text_of
from tests.support.forge.agents import AgentAtWork, agent_of

in_database = pytest.mark.django_db(transaction=True)
with_server = pytest.mark.usefixtures("server")


@pytest.fixture
def agent(project: Project, developer: User) -> AgentAtWork:
    write_file(developer, project, "level.py", b"GAIN = 1\nLIMIT = 2\n")
    return agent_of(developer, project)


@pytest.fixture
def draft(agent: AgentAtWork) -> Draft:
    """A draft that the agent began long ago."""
    number = agent.call("start_draft", title="Louder").draft
    AgentStep.objects.update(at=timezone.now() - timedelta(hours=1))
    return Draft.objects.select_related("files").get(number=number)


def edit(agent: AgentAtWork, draft: Draft, old: str = "GAIN = 1", new: str = "GAIN = 24") -> None:
    edits = [{"path": "level.py", "old": old, "new": new}]
    agent.call("edit_draft", draft=draft.number, edits=edits, reason="It is louder.")


def client_id(agent: AgentAtWork) -> int:
    return agent.grant.pk.int >> 96


def selected(studio: YjsClient, state: Any) -> str:
    """Returns the text between the ends of a cursor; the text is ASCII."""
    text = text_of(studio.doc, "level.py")
    ends = [StickyIndex.from_json(state["cursor"][end], text).get_index() for end in ("anchor", "head")]
    return str(text)[ends[0] : ends[1]]


@in_database
@with_server
async def test_an_agent_is_present_where_it_edits_and_its_edit_appears(
    agent: AgentAtWork, draft: Draft, viewer: User
) -> None:
    async with YjsClient(viewer, draft.files) as studio:
        assert studio.present == {}
        await sync_to_async(edit)(agent, draft)
        await studio.until(lambda: client_id(agent) in studio.present)
        state = studio.present[client_id(agent)]
        assert "GAIN = 24" in studio.text("level.py")
        assert {each: state["user"][each] for each in ("name", "initials", "agent")} == {
            "name": "Claude for Jo Okafor",
            "initials": "CL",
            "agent": True,
        }
        assert state["user"]["id"] == str(agent.grant.pk)
        assert selected(studio, state) == "24"


@in_database
@with_server
async def test_an_agent_that_reads_its_draft_is_present_and_one_that_reads_the_project_is_not(
    agent: AgentAtWork, draft: Draft, viewer: User
) -> None:
    async with YjsClient(viewer, draft.files) as studio, YjsClient(viewer, agent.project) as main:
        await sync_to_async(agent.call)("read_project", paths=["level.py"])
        await sync_to_async(agent.call)("read_project", draft=draft.number)
        await studio.until(lambda: client_id(agent) in studio.present)
        assert studio.present[client_id(agent)]["cursor"] is None
        assert await main.is_silent()
        assert main.present == {}


@in_database
@with_server
async def test_a_studio_that_opens_later_shows_the_agent_until_its_time_is_over(
    agent: AgentAtWork, draft: Draft, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sync_to_async(edit)(agent, draft)
    async with YjsClient(viewer, draft.files) as studio:
        await studio.until(lambda: client_id(agent) in studio.present)
        assert selected(studio, studio.present[client_id(agent)]) == "24"
        later = time.time() + presence.PRESENT_FOR.total_seconds()
        monkeypatch.setattr("forge.collab.room.visitors.time.time", lambda: later)
        await studio.until(lambda: studio.present[client_id(agent)] is None)


@in_database
@with_server
async def test_an_agent_that_was_stopped_is_gone_at_once(agent: AgentAtWork, draft: Draft, developer: User) -> None:
    async with YjsClient(developer, draft.files) as studio:
        await sync_to_async(edit)(agent, draft)
        await studio.until(lambda: client_id(agent) in studio.present)
        await sync_to_async(stop_agent)(acting_as(developer), agent.grant)
        await studio.until(lambda: studio.present[client_id(agent)] is None)
    async with YjsClient(developer, draft.files) as again:
        assert await again.is_silent()
        assert again.present == {}


@in_database
@with_server
async def test_a_room_whose_messages_are_lost_shows_the_agent_with_its_edit(
    agent: AgentAtWork, draft: Draft, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several processes share one database and nothing else."""
    async with YjsClient(viewer, draft.files) as studio:
        monkeypatch.setattr(delivery, "_hand_out", lambda group, message: None)
        monkeypatch.setattr("forge.collab.rooms.rooms.forward", lambda *_: None)
        await sync_to_async(edit)(agent, draft)
        await studio.until(lambda: client_id(agent) in studio.present)
        assert selected(studio, studio.present[client_id(agent)]) == "24"


@in_database
def test_nobody_is_present_after_a_while_and_what_was_taken_back_is_no_place(
    agent: AgentAtWork, draft: Draft, developer: User
) -> None:
    assert present_agents(draft.pk) == []
    edit(agent, draft)
    (visitor,) = present_agents(draft.pk)
    assert visitor.state["file"] is not None
    undo_steps(acting_as(developer), draft, AgentStep.objects.exclude(changes={}).get().pk)
    (visitor,) = present_agents(draft.pk)
    assert visitor.state == {"file": None, "cursor": None}
    AgentStep.objects.update(at=timezone.now() - presence.PRESENT_FOR)
    assert present_agents(draft.pk) == []


@each_case(
    ("before", "after", "now", "selection"),
    [
        ("a\n", "a\nb\n", "a\nb\n", (2, 4)),
        ("a = 1\n\nb = 2\n", "a = 10\n\nb = 20\n", "a = 10\n\nb = 20\n", (13, 14)),
        ("a\nb\n", "b\n", "b\n", (0, 0)),
        ("a\n", "a\nb\n", "# new\na\nb\n", (8, 10)),
        ("a\n", "a\nb\n", "a\nb\nc\n", (2, 4)),
        ("a\n", "a\nb\n", "", (0, 0)),
        ("", "a\n", "a\n", (0, 2)),
    ],
)
def test_the_last_part_of_an_edit_is_selected_also_after_later_edits(
    before: str, after: str, now: str, selection: tuple[int, int]
) -> None:
    assert selection_of_edit(before, after, now) == selection


def test_a_late_message_of_a_visitor_does_not_shorten_the_newer_visit() -> None:
    def visit(at: float, until: float) -> Visitor:
        return Visitor("00000001-0000-0000-0000-000000000000", {"id": "1"}, {"file": str(at)}, at, until)

    now = time.time()
    attendance = Attendance(uuid4(), room := Presence())
    assert len(attendance.show(visit(now + 1, now + 60))) == 1
    assert attendance.show(visit(now, now + 1)) == ()
    assert attendance.end_visits() == ()
    assert room.here() == ()
    assert len(attendance.show(visit(now + 2, 0))) == 1
    assert room.everyone() == ()

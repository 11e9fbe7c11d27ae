"""Taking all or some of what an agent offers, on the page of the change request."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.principals import acting_as
from forge.core.errors import Forbidden, Invalid
from forge.core.models import AuditEntry
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.projects.versions.store import stored_text
from forge.reviews.change_requests.actions.merges import merge_past_gate, undo_merge
from forge.reviews.change_requests.actions.taking import take_changes
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.changes.selecting import selection_of
from forge.reviews.errors import ChangeNeeded
from tests.support.forge.agents import AgentAtWork, agent_of

pytestmark = pytest.mark.django_db

RUNEFILE = """\
version: 1
image: runicos/base

pipeline:
  sound:
    capability: SOUND
    outputs:
      - {type: i16, dimensions: [16000]}
  level:
    proc-block: level.py
    inputs: [sound]
  answer:
    out: serial
    inputs: [level]
"""
WITH_SURE = RUNEFILE.replace("inputs: [level]", "inputs: [sure]").replace(
    "  answer:", "  sure:\n    proc-block: sure.py\n    inputs: [level]\n  answer:"
)


@pytest.fixture
def agent(project: Project, developer: User) -> AgentAtWork:
    write_file(developer, project, "Runefile.yml", RUNEFILE.encode())
    write_file(developer, project, "level.py", b"GAIN = 1\n")
    write_file(developer, project, "README.md", b"Hello\n")
    return agent_of(developer, project)


@pytest.fixture
def change(agent: AgentAtWork) -> ChangeRequest:
    """An offer with a louder stage, a new stage that the answer reads, and another text."""
    draft = agent.call("start_draft", title="Louder").draft
    edits = [{"path": "level.py", "old": "GAIN = 1", "new": "GAIN = 2"}]
    agent.call("edit_draft", draft=draft, edits=edits, reason="It is louder.")
    files = agent.call("read_project", draft=draft).files
    digest = next(each.digest for each in files if each.path == "Runefile.yml")
    edits = [
        {"path": "Runefile.yml", "new": WITH_SURE, "digest": digest},
        {"path": "sure.py", "new": "LEAST = 0.7\n"},
        {"path": "README.md", "old": "Hello", "new": "Hello there"},
    ]
    agent.call("edit_draft", draft=draft, edits=edits, reason="Under 70 % it says nothing.")
    offer = agent.call("offer_draft", draft=draft, title="Louder", message="Twice as loud.")
    return ChangeRequest.objects.get(number=offer.change_request)


def hidden_etag(page: str) -> str:
    """Returns the state that the forms of a page carry."""
    match = re.search(r'name="etag" value="([^"]+)"', page)
    assert match is not None
    return match[1]


def offered_text(change: ChangeRequest, path: str) -> str | None:
    change.refresh_from_db()
    assert change.offered is not None
    entry = change.offered.manifest.get(path)
    return None if entry is None else stored_text(path, entry["digest"], entry["size"])


def test_some_of_it_is_offered_as_another_round_and_built_in_one_press(
    change: ChangeRequest, owner: User, browser_of: Callable[[User | None], Client]
) -> None:
    browser = browser_of(owner)
    page = browser.get(change.get_absolute_url()).content.decode()
    words = " ".join(page.split())
    assert "Claude for Jo Okafor" in words
    assert "4 of 4 chosen" in words
    assert "Under 70 % it says nothing." in words
    form = {"do": "take", "keys": ["stage:level", "file:README.md"], "etag": hidden_etag(page)}
    assert browser.post(f"{change.get_absolute_url()}/respond", form).status_code == 302
    assert offered_text(change, "level.py") == "GAIN = 2\n"
    assert offered_text(change, "Runefile.yml") == RUNEFILE
    assert offered_text(change, "sure.py") is None
    newest = change.rounds.last()
    assert newest is not None
    assert (newest.number, newest.offered_by) == (2, owner)
    assert newest.message == "2 of 4 changes taken: level and README.md."
    assert change.build is not None
    assert change.build.version is not None
    assert AuditEntry.objects.get(action="change.select").data["count"] == 2
    page = browser.get(change.get_absolute_url()).content.decode()
    assert "2 of 4 chosen" in page
    assert page.count('name="keys"') == 4
    # The person who wrote it through the agent cannot approve the part either.
    assert str(change.author_id) in change.build.version.writers


def test_what_a_change_needs_is_said_before_and_a_lonely_change_is_refused(
    change: ChangeRequest, owner: User, browser_of: Callable[[User | None], Client]
) -> None:
    page = browser_of(owner).get(change.get_absolute_url()).content.decode()
    assert "Needs the change of <b>sure</b>." in page
    with pytest.raises(ChangeNeeded, match="answer needs sure"):
        take_changes(owner, change, ["stage:answer"])
    with pytest.raises(Invalid):
        take_changes(owner, change, [])
    with pytest.raises(Invalid):
        take_changes(owner, change, ["stage:elsewhere"])
    form = {"do": "take", "keys": ["stage:answer"], "etag": hidden_etag(page)}
    page = browser_of(owner).post(f"{change.get_absolute_url()}/respond", form).content.decode()
    assert "answer needs sure. Take both, or neither." in page
    assert change.rounds.count() == 1


def test_the_rest_can_be_taken_later_and_a_merge_is_undone(change: ChangeRequest, owner: User) -> None:
    take_changes(owner, change, ["stage:level"])
    change.refresh_from_db()
    selection = selection_of(change)
    assert selection is not None
    assert (sorted(selection.keys), len(selection.changes)) == (["stage:level"], 4)
    take_changes(owner, change, sorted(selection.all_keys))
    assert offered_text(change, "Runefile.yml") == WITH_SURE
    newest = change.rounds.last()
    assert newest is not None
    assert newest.selection is None
    take_changes(owner, change, ["file:README.md"])
    change.refresh_from_db()
    merge_past_gate(owner, change, "A text alone.")
    change.refresh_from_db()
    undo_merge(owner, change)
    change.refresh_from_db()
    assert change.is_open


def test_an_agent_takes_nothing(agent: AgentAtWork, change: ChangeRequest, viewer: User) -> None:
    for actor in (acting_as(agent.grant.person, agent.grant), viewer):
        with pytest.raises(Forbidden):
            take_changes(actor, change, ["stage:level"])
    assert change.rounds.count() == 1

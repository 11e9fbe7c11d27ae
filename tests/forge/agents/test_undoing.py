"""Taking back what an agent did in a draft, by the button of its page and over REST."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.principals import acting_as
from forge.agents.actions.undoing import undo_steps
from forge.agents.models import AgentStep
from forge.core.errors import Forbidden, Invalid
from forge.projects.actions import write_file
from forge.projects.files.contents import find_file, list_files
from forge.projects.models import Draft, Project
from tests.support.forge.agents import AgentAtWork, agent_of

pytestmark = pytest.mark.django_db

LINES = "".join(f"LINE_{number} = {number}\n" for number in range(1, 10))


@pytest.fixture
def agent(project: Project, developer: User) -> AgentAtWork:
    write_file(developer, project, "level.py", LINES.encode())
    return agent_of(developer, project)


@pytest.fixture
def draft(agent: AgentAtWork) -> Draft:
    """A draft in which the agent changed a file twice and added one."""
    number = agent.call("start_draft", title="Louder").draft
    for old, new in (("LINE_2 = 2", "LINE_2 = 20"), ("LINE_6 = 6", "LINE_6 = 60")):
        edits = [{"path": "level.py", "old": old, "new": new}]
        agent.call("edit_draft", draft=number, edits=edits, reason="It is louder.")
    agent.call("edit_draft", draft=number, edits=[{"path": "new.py", "new": "A = 1\n"}], reason="A helper.")
    return Draft.objects.get(number=number)


def edit_steps(draft: Draft) -> list[AgentStep]:
    return list(AgentStep.objects.filter(draft=draft).exclude(changes={}))


def test_all_is_taken_back_and_what_a_person_wrote_stays(draft: Draft, developer: User) -> None:
    text = find_file(draft.files, "level.py").text or ""
    write_file(developer, draft.files, "level.py", text.replace("LINE_9 = 9", "LINE_9 = 90").encode())
    first = edit_steps(draft)[0]
    result = undo_steps(developer, draft, first.pk)
    assert result == {"steps": 3, "files": ["level.py", "new.py"], "conflicts": []}
    assert find_file(draft.files, "level.py").text == LINES.replace("LINE_9 = 9", "LINE_9 = 90")
    assert "new.py" not in {each.path for each in list_files(draft.files)}
    assert all(each.undone for each in edit_steps(draft))
    with pytest.raises(Invalid, match="Nothing is left"):
        undo_steps(developer, draft, first.pk)


def test_steps_before_the_named_one_stay(draft: Draft, developer: User) -> None:
    undo_steps(developer, draft, edit_steps(draft)[1].pk)
    assert find_file(draft.files, "level.py").text == LINES.replace("LINE_2 = 2", "LINE_2 = 20")
    assert [each.undone is None for each in edit_steps(draft)] == [True, False, False]


def test_a_file_whose_lines_a_person_changed_too_stays_and_is_named(
    draft: Draft, developer: User, browser_of: Callable[[User | None], Client]
) -> None:
    text = find_file(draft.files, "level.py").text or ""
    ours = text.replace("LINE_2 = 20", "LINE_2 = 21")
    write_file(developer, draft.files, "level.py", ours.encode())
    form = {"do": "undo", "step": str(edit_steps(draft)[0].pk)}
    page = browser_of(developer).post(f"{draft.get_absolute_url()}/undo", form)
    assert page.status_code == 200
    assert "level.py stays as it is" in " ".join(page.content.decode().split())
    assert find_file(draft.files, "level.py").text == ours
    assert [each.undone is None for each in edit_steps(draft)] == [True, True, False]


def test_an_agent_and_a_viewer_take_nothing_back(
    agent: AgentAtWork, draft: Draft, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    step = edit_steps(draft)[0].pk
    with pytest.raises(Forbidden):
        undo_steps(acting_as(agent.grant.person, agent.grant), draft, step)
    assert browser_of(viewer).post(f"{draft.get_absolute_url()}/undo", {"do": "undo", "step": step}).status_code == 403
    assert "Undo all" not in browser_of(viewer).get(draft.get_absolute_url()).content.decode()
    assert not any(each.undone for each in edit_steps(draft))

"""Pages name both wherever an agent acted: the agent, and the person for whom it did."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.activity.models import Activity
from forge.builds.models import Build
from forge.core.models import Event
from forge.jobs.queue import announce
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.threads.actions.conversation import begin_thread
from tests.support.forge.agents import AgentAtWork, agent_of
from tests.support.forge.factories.builds import finished
from tests.support.forge.factories.training import motion_version

pytestmark = [pytest.mark.django_db, pytest.mark.protects("agents/names")]
BOTH = "Claude for Jo Okafor"

Browser = Callable[[User | None], Client]


@pytest.fixture
def agent(project: Project, developer: User) -> AgentAtWork:
    write_file(developer, project, "level.py", b"GAIN = 1\n")
    return agent_of(developer, project)


@pytest.fixture
def change(agent: AgentAtWork) -> int:
    """The number of the change request that the agent made of a draft which it built."""
    draft = agent.call("start_draft", title="Louder").draft
    edits = [{"path": "level.py", "old": "GAIN = 1", "new": "GAIN = 2"}]
    agent.call("edit_draft", draft=draft, edits=edits, reason="It is louder.")
    agent.call("build_draft", draft=draft)
    offer = agent.call("offer_draft", draft=draft, title="Louder", message="Twice as loud.")
    number: int = offer.change_request
    return number


def page(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, address
    return " ".join(response.content.decode().split())


def test_each_row_of_the_audit_log_names_both(change: int, owner: User, browser_of: Browser) -> None:
    text = page(browser_of(owner), "/acme/-/settings/audit")
    rows = [row for row in text.split("<li")[1:] if "Jo Okafor" in row and "level.py" not in row and "draft" in row]
    assert rows
    assert all("agent Claude" in row for row in rows)


def test_the_activity_names_both_and_its_person_reads_for_you(
    agent: AgentAtWork, change: int, owner: User, developer: User, browser_of: Browser
) -> None:
    assert set(Activity.objects.exclude(agent=None).values_list("agent", flat=True)) == {agent.grant.pk}
    assert Event.objects.filter(agent=agent.grant.pk).exists()
    assert f"<b>{BOTH}</b>" in page(browser_of(owner), "/acme/-/activity")
    assert "<b>Claude for you</b>" in page(browser_of(developer), "/acme/-/activity")


def test_what_a_person_and_their_agent_do_within_an_hour_is_told_apart(
    agent: AgentAtWork, change: int, developer: User
) -> None:
    agent.call("write_comment", change_request=change, text="It is louder.")
    begin_thread(developer, ChangeRequest.objects.get(number=change), "So it is.")
    comments = Activity.objects.filter(person=developer, kind__contains="comment")
    assert set(comments.values_list("agent", flat=True)) == {agent.grant.pk, None}


def test_a_change_request_and_its_list_name_both(change: int, owner: User, browser_of: Browser) -> None:
    browser = browser_of(owner)
    assert BOTH in page(browser, f"/acme/kitchen/change-requests/{change}")
    assert BOTH in page(browser, "/acme/kitchen/change-requests")


def test_a_build_its_list_the_jobs_and_the_activity_name_both(
    agent: AgentAtWork, change: int, owner: User, browser_of: Browser
) -> None:
    build = Build.objects.exclude(job__agent=None).order_by("created")[0]
    browser = browser_of(owner)
    assert BOTH in page(browser, "/acme/-/jobs")
    assert "by a token" not in page(browser, "/acme/-/jobs")
    finished(build)
    build.refresh_from_db()
    assert build.job is not None
    announce(build.job)
    assert Activity.objects.get(kind__startswith="built").agent == agent.grant.pk
    assert f"By {BOTH}" in page(browser, f"/acme/kitchen/builds/{build.number}")
    assert BOTH in page(browser, "/acme/kitchen/builds")


def test_a_training_run_and_a_search_name_both(
    agent: AgentAtWork, developer: User, project: Project, owner: User, browser_of: Browser
) -> None:
    motion_version(developer, project, people=3)
    run = agent.call("train", recipe="motion").run
    browser = browser_of(owner)
    assert BOTH in page(browser, f"/acme/kitchen/training/{run}")
    assert BOTH in page(browser, "/acme/kitchen/training")
    search = agent.call("search", recipe="motion", trials=2).search
    assert BOTH in page(browser, f"/acme/kitchen/searches/{search}")
    assert BOTH in page(browser, "/acme/kitchen/searches")

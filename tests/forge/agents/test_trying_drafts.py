"""Trying a draft: one press builds it as it is now, and its page follows that build."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.principals import acting_as
from forge.agents.models import AgentStep
from forge.agents.pages.draft_builds import last_build
from forge.builds.actions import build_version
from forge.builds.models import Build
from forge.projects.actions import save_version, write_file
from forge.projects.drafts.version import version_of_draft
from forge.projects.models import Draft, Project
from forge.projects.versions.store import working_tree
from tests.support.forge.agents import agent_of

pytestmark = pytest.mark.django_db
Browser = Callable[[User | None], Client]


@pytest.fixture
def draft(project: Project, developer: User) -> Draft:
    return Draft.objects.get(number=agent_of(developer, project).call("start_draft", title="Louder").draft)


def page_of(browser: Client, draft: Draft) -> str:
    return " ".join(browser.get(draft.get_absolute_url()).content.decode().split())


def test_who_may_not_build_the_project_builds_no_draft(draft: Draft, viewer: User, browser_of: Browser) -> None:
    browser = browser_of(viewer)
    assert "Not built yet" in (page := page_of(browser, draft))
    assert "Build and try" not in page
    assert browser.post(f"{draft.get_absolute_url()}/build").status_code == 403
    assert not Build.objects.filter(project=draft.project).exists()


def test_one_press_builds_the_draft_as_it_is_now(draft: Draft, developer: User, browser_of: Browser) -> None:
    browser = browser_of(developer)
    write_file(developer, draft.files, "README.md", b"# Louder\n")
    assert "Build and try" in page_of(browser, draft)
    answer = browser.post(f"{draft.get_absolute_url()}/build")
    assert answer.headers["Location"] == f"{draft.get_absolute_url()}#try"
    (build,) = Build.objects.numbered().filter(project=draft.project)
    assert build.version is not None
    assert build.version.message == "Draft 1: Louder"
    page = page_of(browser, draft)
    assert f'data-follow-build="/api/v1/builds/{build.pk}"' in page
    assert "is in progress" in page
    assert "Build and try" not in page


def test_a_build_of_a_version_that_is_called_like_a_draft_is_not_of_the_draft(
    draft: Draft, project: Project, developer: User
) -> None:
    write_file(developer, project, "README.md", b"# Elsewhere\n")
    build_version(developer, save_version(developer, project, "Draft 1: Louder"))
    assert last_build(acting_as(developer), draft, working_tree(draft.files).digest) is None
    build = build_version(developer, version_of_draft(developer, draft))
    write_file(developer, draft.files, "README.md", b"# Louder since\n")
    assert last_build(acting_as(developer), draft, working_tree(draft.files).digest) == build


def test_a_draft_shows_no_step_in_another_draft_of_its_agent(
    project: Project, developer: User, browser_of: Browser
) -> None:
    agent = agent_of(developer, project)
    first = Draft.objects.get(number=agent.call("start_draft", title="Louder").draft)
    agent.call("start_draft", title="Count doors")
    agent.call("read_project", paths=["Runefile.yml"])
    assert AgentStep.objects.count() == 3
    page = page_of(browser_of(developer), first)
    assert "Started draft 1" in page
    assert "Started draft 2" not in page
    assert "Read 1 file" in page

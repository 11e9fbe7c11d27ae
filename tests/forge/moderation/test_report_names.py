"""The names in a list of one's own reports: none that a project or a person has had since, unless one sees the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.actions import update_page
from forge.accounts.models import User
from forge.core.models import AuditEntry
from forge.moderation import actions
from forge.projects.actions import update_project
from forge.projects.models import Project

pytestmark = [pytest.mark.django_db, pytest.mark.protects("roles/reported-names")]

Browser = Callable[[User | None], Client]


@pytest.fixture
def public(project: Project) -> Project:
    Project.objects.filter(pk=project.pk).update(visibility="public")
    project.refresh_from_db()
    return project


def _listed(browser: Client) -> tuple[str, str]:
    """The name in the API's one report, and the page of reports."""
    (report,) = browser.get("/api/v1/reports").json()["reports"]
    return report["about"], browser.get("/accounts/report").content.decode()


def test_a_name_of_today_is_shown_to_those_who_see_the_project(
    public: Project, owner: User, stranger: User, browser_of: Browser
) -> None:
    actions.report(stranger, public, "harm")
    update_project(owner, public, name="pantry")
    about, page = _listed(browser_of(stranger))
    assert about == "acme/pantry"
    assert "acme/pantry" in page


def test_a_project_that_became_private_keeps_the_name_that_was_reported(
    public: Project, owner: User, stranger: User, browser_of: Browser
) -> None:
    actions.report(stranger, public, "harm")
    update_project(owner, public, name="secret-merger", visibility="private")
    browser = browser_of(stranger)
    about, page = _listed(browser)
    assert about == "acme/kitchen"
    assert "acme/kitchen" in page
    assert "secret-merger" not in page
    AuditEntry.objects.filter(action="report.make")._raw_delete("default")
    about, page = _listed(browser)
    assert about == public.stream
    assert "A project that you no longer see" in page
    assert "secret-merger" not in page


def test_a_person_who_hid_their_page_keeps_the_name_that_was_reported(
    developer: User, stranger: User, browser_of: Browser
) -> None:
    update_page(developer, about="", shows_page=True)
    developer.refresh_from_db()
    actions.report(stranger, developer, "harm")
    then = str(developer)
    User.objects.filter(pk=developer.pk).update(shows_page=False, name="Somebody Else")
    about, page = _listed(browser_of(stranger))
    assert about == f"user:{developer.pk}"
    assert then in page
    assert "Somebody Else" not in page

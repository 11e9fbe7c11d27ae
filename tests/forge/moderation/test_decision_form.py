"""The form of a moderator's decision: it comes back as it was sent when something is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from django.core.management import call_command
from django.test import Client

from forge.accounts.models import User
from forge.moderation.models import Report, ReportReason
from forge.projects.models import Project

pytestmark = pytest.mark.django_db

_FORM = re.compile(r'name="about" value="([^"]+)"(.*?)</form>', re.DOTALL)


def _chosen(page: str) -> Mapping[str, list[str]]:
    """The reasons that are selected, by the subject of the form."""
    return {about: re.findall(r'value="([a-z]+)"\s+selected', form) for about, form in _FORM.findall(page)}


@pytest.fixture
def queue(project: Project, developer: User, stranger: User, browser_of: Callable[[User | None], Client]) -> Client:
    """The browser of a moderator who has two reports to decide."""
    Report.objects.create(reporter=stranger, project=project, reason=ReportReason.HARM)
    Report.objects.create(reporter=stranger, person=developer, reason=ReportReason.ABUSE)
    person = User.objects.create_user("mo@host.example", "correct horse battery", name="Mo")
    call_command("moderator", person.email)
    return browser_of(person)


def test_the_reason_of_the_first_report_is_suggested(queue: Client, project: Project, developer: User) -> None:
    page = queue.get("/admin/reports").content.decode()
    assert _chosen(page) == {project.stream: ["harm"], developer.stream: ["abuse"]}


def test_a_form_with_an_error_comes_back_with_the_reason_that_was_chosen(
    queue: Client, project: Project, developer: User
) -> None:
    form = {"about": project.stream, "do": "take-down", "reason": "personal", "text": ""}
    answer = queue.post("/admin/reports/do", form)
    assert answer.status_code == 400
    assert _chosen(answer.content.decode()) == {project.stream: ["personal"], developer.stream: ["abuse"]}

"""The card of the page Watch of a deployment for websites: its form, and what is known of people on pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.errors import Invalid
from forge.projects.models import Project
from forge.telemetry.models import SampleRequest
from forge.telemetry.sample_requests.actions.requesting import ask_for_samples
from tests.support.forge.page_counts import counting_page
from tests.support.forge.page_samples import RequestedPage

pytestmark = pytest.mark.django_db


def test_people_on_pages_are_asked_on_the_page_and_counted_when_they_send(
    page: RequestedPage, developer: User, browser_of: Callable[[User | None], Client]
) -> None:
    browser = browser_of(developer)
    watch = f"{page.page.deployment.get_absolute_url()}/watch"
    page.send()
    text = " ".join(browser.get(watch).content.decode().split())
    assert "Web pages: 1 sent something; how many were asked or said no is not known" in text
    assert "10 windows a page" in text
    assert "owners said yes" not in text
    assert "Devices (a search" not in text
    assert "and nobody else is recorded who has not agreed." in text
    form = {"do": "ask", "label": "speech", "less_sure_than": "1", "most": "3", "for_tests": "on", "days": "30"}
    assert browser.post(f"{watch}/requests", form).status_code == 302
    request = SampleRequest.objects.first()
    assert request is not None
    assert (request.is_for_pages, request.devices.count(), request.most) == (True, 0, 3)
    page.take_back()
    text = " ".join(browser.get(watch).content.decode().split())
    assert "Web pages: 0 sent something, 1 took it back;" in text


def test_a_rune_that_hears_nothing_cannot_be_asked_about(
    project: Project, developer: User, reviewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    page = counting_page(developer, project)
    with pytest.raises(Invalid):
        ask_for_samples(developer, page.deployment, label="knock")
    text = browser_of(developer).get(f"{page.deployment.get_absolute_url()}/watch").content.decode()
    assert "reads something else." in text
    assert "New request" not in text

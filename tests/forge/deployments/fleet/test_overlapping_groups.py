"""The page of a deployment says how many devices of its group another deployment decides for, to members alone."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import Organisation, ProjectMembership, Role, User
from forge.deployments.actions import create_deployment
from forge.deployments.bindings.actions import bind_to_group, unbind_from_group
from forge.deployments.models import Deployment
from forge.fleet.groups.actions import create_group
from forge.projects.models import Project
from tests.support.forge.factories.deployments import deployed
from tests.support.forge.factories.device_rows import device_row

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
PAGE = "/acme/kitchen/deployments/everywhere"


@pytest.fixture
def berlin(developer: User, reviewer: User, organisation: Organisation, project: Project) -> Deployment:
    """The deployment for Berlin, bound before the one that is for all devices."""
    for number in range(3):
        device_row(organisation, f"b{number}", {"site": "berlin"})
    device_row(organisation, "h1", {"site": "hamburg"})
    berlin = deployed(developer, project, "1.0", title="Berlin", kind="devices")
    everywhere = create_deployment(developer, project, "Everywhere", "devices", tag="1.0")
    create_group(developer, organisation, "Berlin", "site=berlin")
    create_group(developer, organisation, "All devices", "")
    bind_to_group(developer, berlin, "berlin", 3)
    bind_to_group(developer, everywhere, "all-devices", 4)
    return berlin


def _text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_number_of_devices_is_explained(berlin: Deployment, viewer: User, browser_of: Browser) -> None:
    browser = browser_of(viewer)
    page = browser.get(PAGE).content.decode()
    text = _text(page)
    assert "1 device of the group All devices" in text
    assert "3 more devices of All devices get their version from kitchen / Berlin , which was bound first." in text
    link = "/acme/devices?q=group%3Dall-devices+deployment%3Dkitchen%2Fberlin"
    assert f'href="{link}"' in page
    assert 'href="/acme/kitchen/deployments/berlin"' in page
    assert "3 of 4" in _text(browser.get(link).content.decode())
    assert "more device" not in _text(browser.get("/acme/kitchen/deployments/berlin").content.decode())


def test_who_sets_the_version_reads_it_at_the_button(berlin: Deployment, developer: User, browser_of: Browser) -> None:
    text = _text(browser_of(developer).get(PAGE).content.decode())
    assert "Set version of 1 device" in text
    assert "Another deployment decides for 3 more devices of the group." in text
    unbind_from_group(developer, berlin)
    text = _text(browser_of(developer).get(PAGE).content.decode())
    assert "Set version of 4 devices" in text
    assert "decides for" not in text


def test_a_guest_of_the_project_learns_no_other_deployment(
    berlin: Deployment, project: Project, stranger: User, browser_of: Browser
) -> None:
    """The other deployment may be of a project that the guest has no role in."""
    ProjectMembership.objects.create(
        organisation=project.organisation, project=project.pk, user=stranger, role=Role.VIEWER
    )
    answer = browser_of(stranger).get(PAGE)
    assert answer.status_code == 200
    assert "kitchen / Berlin" not in _text(answer.content.decode())

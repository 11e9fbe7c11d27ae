"""A person's page: whom it is open to, and what it tells of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.actions import update_page
from forge.accounts.models import User
from forge.builds.models import Build
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from tests.support.forge.factories.builds import approved, built

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.protects("roles/person-pages")]

Browser = Callable[[User | None], Client]


@pytest.fixture
def build(project: Project, developer: User) -> Build:
    """`acme/kitchen` is public and has a version."""
    build = built(developer, project)
    publish_build(developer, approved(build), "1.0")
    Project.objects.filter(pk=project.pk).update(visibility="public")
    return build


def test_a_persons_page_is_their_own_matter(
    owner: User, developer: User, stranger: User, build: Build, browser_of: Browser
) -> None:
    outside, colleague, address = browser_of(stranger), browser_of(owner), f"/users/{developer.pk}"
    assert outside.get(address).status_code == 404
    assert browser_of(None).get(address).status_code == 302
    assert b"jo@acme.example" in colleague.get(address).content
    update_page(developer, about="I listen to machines.", shows_page=True)
    page = outside.get(address).content.decode()
    assert "I listen to machines." in page
    assert "kitchen" in page
    assert ">acme<" in page
    assert "jo@acme.example" not in page
    assert browser_of(None).get(address).status_code == 200
    User.objects.filter(pk=developer.pk).update(is_active=False)
    assert outside.get(address).status_code == 404


def test_a_page_tells_of_no_organisation_and_no_rune_that_the_reader_may_not_see(
    owner: User, developer: User, stranger: User, build: Build, browser_of: Browser
) -> None:
    Project.objects.update(visibility="private")
    update_page(developer, about="", shows_page=True)
    page = browser_of(stranger).get(f"/users/{developer.pk}").content.decode()
    assert "acme" not in page
    assert "kitchen" not in page

"""The templates are published by the server's own organisation, in steps that can be done again, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import make_sign_in_link, redeem_sign_in_link
from forge.accounts.models import Membership, Organisation, Role, User
from forge.accounts.names import SERVER_ORGANISATION
from forge.accounts.permissions import Verb, verbs_on
from forge.accounts.principals import VISITOR, acting_as
from forge.builds.models import Build
from forge.jobs.models import JobState
from forge.projects.models import Project, Visibility
from forge.projects.versions.store import working_tree
from forge.registry.models import Listing, Tag
from forge.registry.tags.templates import publishing
from forge.registry.tags.templates.publishing import LICENCE, RETRY_AFTER, publish_templates
from forge.serving.start.reserved_names import reserved_name_warnings
from rune import __version__
from rune.source.templates import Template, list_templates
from tests.support.forge.factories.builds import finished, set_job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sine(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Template:
    """The one template of these tests, as its smallest files: nothing is compiled here."""
    settings.PUBLISHES_TEMPLATES = True
    template = next(each for each in list_templates() if each.name == "sine")
    monkeypatch.setattr(publishing, "list_templates", lambda: (template,))
    return template


def own_project() -> Project:
    return Project.objects.get(organisation__name=SERVER_ORGANISATION)


def publish_all() -> None:
    """Does the part of the workers and of the periodic task together."""
    publish_templates()
    finished(Build.objects.get())
    publish_templates()


@pytest.mark.slow
def test_a_visitor_finds_a_template_that_was_built_and_published(sine: Template, client: Client) -> None:
    publish_all()
    tag = Tag.objects.get()
    assert (tag.name, tag.author) == (__version__, None)
    assert set(tag.build.source.manifest) == {*sine.paths, LICENCE}
    assert Listing.objects.visible_to(VISITOR).get().licence == "Apache-2.0"
    page = client.get("/explore").content.decode()
    assert "templates" in page
    assert sine.summary in page
    assert client.get("/templates/sine").status_code == 200
    assert client.get("/api/v1/projects/templates/sine/tags/" + __version__ + "/rune").status_code == 200


@pytest.mark.slow
def test_what_is_published_is_left_alone(sine: Template, django_assert_num_queries: Callable[[int], Any]) -> None:
    publish_all()
    with django_assert_num_queries(6):  # a savepoint around the organisation and its members, its projects, its tags
        publish_templates()
    assert Build.objects.count() == Tag.objects.count() == 1


@pytest.mark.slow
def test_a_build_is_awaited_and_people_come_before_it(sine: Template) -> None:
    for _ in range(3):
        publish_templates()
    build = Build.objects.get()
    assert build.state == JobState.QUEUED
    assert build.job is not None
    assert build.job.by_program


@pytest.mark.slow
def test_a_build_that_failed_is_tried_again_a_day_later(sine: Template) -> None:
    publish_templates()
    set_job(Build.objects.get(), state=JobState.FAILED, error="No compiler.")
    publish_templates()
    assert Build.objects.count() == 1
    Build.objects.update(created=timezone.now() - RETRY_AFTER - timedelta(minutes=1))
    publish_templates()
    assert Build.objects.count() == 2


@pytest.mark.slow
def test_a_later_version_publishes_the_files_that_it_has(sine: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_all()
    contents: Mapping[str, bytes] = {"Runefile.yml": b"# later\n", "new.txt": b"new"}
    monkeypatch.setattr(Template, "contents", lambda _: iter(contents.items()))
    monkeypatch.setattr(publishing, "__version__", "9.9.0")
    publish_templates()
    assert set(working_tree(own_project()).manifest) == {*contents, LICENCE}
    finished(Build.objects.order_by("-number")[0])
    publish_templates()
    assert {tag.name for tag in Tag.objects.all()} == {__version__, "9.9.0"}
    assert Listing.objects.get().tag.name == "9.9.0"


@pytest.mark.slow
def test_a_build_of_an_earlier_toolchain_is_not_published(sine: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_templates()
    finished(Build.objects.get())
    monkeypatch.setattr(publishing, "TOOLCHAIN", "sha256:later")
    publish_templates()
    assert not Tag.objects.exists()
    assert Build.objects.count() == 2


@pytest.mark.slow
def test_the_operator_can_switch_it_off_and_on_again(sine: Template, settings: Any) -> None:
    publish_all()
    settings.PUBLISHES_TEMPLATES = False
    publish_templates()
    assert not Listing.objects.visible_to(VISITOR).exists()
    assert own_project().visibility == Visibility.PRIVATE
    settings.PUBLISHES_TEMPLATES = True
    publish_templates()
    assert Listing.objects.visible_to(VISITOR).count() == 1


@pytest.mark.slow
def test_a_template_that_is_gone_is_shown_no_longer(sine: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_all()
    monkeypatch.setattr(publishing, "list_templates", tuple)
    publish_templates()
    assert not Listing.objects.visible_to(VISITOR).exists()


@pytest.mark.slow
@pytest.mark.protects("roles/server-organisation")
def test_nobody_can_change_what_the_server_publishes(
    sine: Template, people: dict[str, User], browser_of: Callable[[User | None], Client]
) -> None:
    publish_all()
    organisation, project = own_project().organisation, own_project()
    for person in filter(None, people.values()):
        assert verbs_on(acting_as(person), project) == {Verb.SEE}
        assert verbs_on(acting_as(person), organisation) == frozenset()
        browser = browser_of(person)
        api = "/api/v1/projects/templates/sine"
        assert browser.put(f"{api}/files/Runefile.yml", "x", content_type="text/plain").status_code == 404
        assert browser.delete(api, headers={"If-Match": "*"}).status_code == 404
        assert browser.post(f"{api}/builds").status_code == 404
        assert browser.get("/templates/sine/studio").status_code == 404
    assert not Membership.objects.filter(organisation=organisation).exists()


@pytest.mark.protects("roles/server-organisation")
def test_nobody_joins_the_servers_organisation_by_a_printed_link(sine: Template) -> None:
    publish_templates()
    first = redeem_sign_in_link(make_sign_in_link("first@example.com").partition("#token=")[2])
    second = redeem_sign_in_link(make_sign_in_link("second@example.com").partition("#token=")[2])
    roles = {(each.user, each.role) for each in Membership.objects.select_related("user")}
    assert roles == {(first, Role.OWNER), (second, Role.DEVELOPER)}
    assert SERVER_ORGANISATION not in Membership.objects.values_list("organisation__name", flat=True)


def test_an_organisation_that_people_named_so_before_is_left_to_them(sine: Template, owner: User) -> None:
    theirs = Organisation.objects.create(name=SERVER_ORGANISATION)
    Membership.objects.create(organisation=theirs, user=owner, role=Role.OWNER)
    publish_templates()
    assert not Project.objects.filter(organisation=theirs).exists()
    assert len([each for each in reserved_name_warnings() if SERVER_ORGANISATION in each]) == 1


def test_the_servers_own_organisation_is_no_name_to_warn_of(sine: Template) -> None:
    publish_templates()
    assert list(reserved_name_warnings()) == []

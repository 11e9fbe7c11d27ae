"""Versions that save themselves: when, of which projects, and which of them are let go later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.activity.models import Activity
from forge.builds.actions import request_build
from forge.core.blobs.links import links_of
from forge.core.errors import Forbidden
from forge.core.models import Event
from forge.projects.actions import delete_project, restore_version, restoring_update, save_version, write_file
from forge.projects.models import Project, Version
from forge.projects.versions.actions.autosave import autosave_version, delete_superfluous_versions
from forge.projects.versions.autosave_task import autosave_changed_projects
from forge.projects.versions.retention import superfluous_versions
from forge.reviews.rounds.authorship import authors_of
from tests.support.forge.factories.builds import built

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _edit(user: User, project: Project, number: int) -> None:
    write_file(user, project, "notes.md", f"note {number}\n".encode())
    project.refresh_from_db()


def _age(version: Version, **age: float) -> None:
    Version.objects.filter(pk=version.pk).update(created=timezone.now() - timedelta(**age))


def test_what_somebody_worked_on_is_saved_once_and_nothing_else(project: Project, user: User, owner: User) -> None:
    autosave_changed_projects()
    version = Version.objects.get()
    assert (version.automatic, version.author, version.writers) == (True, None, [str(user.pk)])
    assert Event.objects.filter(type="version.saved").count() == 1
    assert not Activity.objects.filter(kind="saved").exists()
    autosave_changed_projects()
    assert Version.objects.count() == 1
    _edit(user, project, 1)
    save_version(user, project, "By hand")
    autosave_changed_projects()
    assert Version.objects.filter(automatic=True).count() == 1
    _edit(user, project, 2)
    Project.objects.update(changed=timezone.now() - timedelta(hours=2))
    autosave_changed_projects()
    assert Version.objects.count() == 2
    Project.objects.update(changed=timezone.now())
    delete_project(owner, project)
    autosave_changed_projects()
    assert Version.objects.count() == 2


def test_only_the_installation_saves_by_itself(project: Project, owner: User) -> None:
    with pytest.raises(Forbidden):
        autosave_version(owner, project)


def test_what_somebody_wants_is_no_automatic_one_any_more(project: Project, user: User) -> None:
    version = autosave_version(INSTALLATION, project)
    assert version is not None
    request_build(user, project)
    version.refresh_from_db()
    assert not version.automatic
    assert autosave_version(INSTALLATION, project) is None
    version.refresh_from_db()
    assert not version.automatic


def test_of_long_ago_one_of_each_span_is_kept_and_the_same_ones_later() -> None:
    times = [NOW - timedelta(minutes=10 * number) for number in range(6 * 24 * 100)]
    let_go = set(superfluous_versions([(time, time) for time in times], NOW))
    remaining = [time for time in times if time not in let_go]
    ages = [NOW - time for time in remaining]
    assert sum(age <= timedelta(days=1) for age in ages) == 145
    assert 143 <= sum(timedelta(days=1) < age <= timedelta(days=7) for age in ages) <= 146
    assert 82 <= sum(timedelta(days=7) < age <= timedelta(days=90) for age in ages) <= 85
    assert 1 <= sum(age > timedelta(days=90) for age in ages) <= 3
    # Run after run lets go of more, and never leaves a gap of more than two spans.
    for minutes in range(10, 24 * 60, 130):
        now = NOW + timedelta(minutes=minutes)
        let_go = set(superfluous_versions([(time, time) for time in remaining], now))
        remaining = [time for time in remaining if time not in let_go]
    gaps = [(now - earlier, later - earlier) for later, earlier in pairwise(remaining)]
    assert max(gap for age, gap in gaps if age < timedelta(days=7)) <= timedelta(hours=2)
    assert max(gap for age, gap in gaps if age < timedelta(days=90)) <= timedelta(days=2)
    assert max(gap for _, gap in gaps) <= timedelta(days=14)


@pytest.mark.slow
def test_what_anything_needs_is_never_let_go(project: Project, user: User) -> None:
    versions = []
    for number in range(5):
        _edit(user, project, number)
        version = autosave_version(INSTALLATION, project)
        assert version is not None
        versions.append(version)
        _age(version, days=40, minutes=-number)
    Version.objects.filter(pk=versions[1].pk).update(message="Said")
    built(user, project)  # of the files as they are: the newest version
    Version.objects.filter(pk=versions[4].pk).update(automatic=True)
    assert delete_superfluous_versions(project.pk) == 2
    left = list(Version.objects.order_by("number").values_list("number", flat=True))
    assert versions[1].number in left
    assert versions[4].number in left
    assert len(left) == 3
    former = Version(pk=versions[0].pk)
    assert not links_of(former).exists()


@pytest.mark.slow
@pytest.mark.protects("reviews/thinned-authors")
def test_who_wrote_in_a_version_that_is_let_go_still_does_not_approve_it(
    project: Project, user: User, owner: User, maintainer: User
) -> None:
    _edit(owner, project, 1)
    first = autosave_version(INSTALLATION, project)
    _edit(maintainer, project, 2)
    second = autosave_version(INSTALLATION, project)
    assert first is not None
    assert second is not None
    _age(first, days=40)
    _age(second, days=40, minutes=-1)
    _edit(user, project, 3)
    build = built(user, project)
    assert delete_superfluous_versions(project.pk) == 1
    assert authors_of(build) == {user.pk, owner.pk, maintainer.pk}


def test_a_restoring_tells_who_did_it_and_what_takes_it_back(project: Project, user: User) -> None:
    version = save_version(user, project, "Good")
    for number, act in enumerate((restore_version, restoring_update)):
        _edit(user, project, number)
        act(user, project, version)
        event = Event.objects.filter(type="version.restored").latest("pk")
        before = Version.objects.get(project=project, number=event.data["before"])
        assert event.data["number"] == version.number
        assert event.data["by"]["name"] == user.name
        assert "notes.md" in before.manifest

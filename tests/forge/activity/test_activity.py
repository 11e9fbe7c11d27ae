"""Events become what people did: in words, together where it is the same, and for those who may read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.activity.access import SHOWN_FOR, activity_of, end_old
from forge.activity.kinds import ActivityKind
from forge.activity.models import Activity
from forge.activity.recording import WINDOW
from forge.activity.words import path, sentence
from forge.core.actors import Actor
from forge.projects.actions import create_project, delete_project, restore_project, save_version, write_file
from forge.projects.models import Project
from forge.registry.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, begin_thread, give_verdict
from tests.forge.factories.builds import RUNE, approved, built, failed_build

pytestmark = pytest.mark.django_db


def _told(actor: Actor) -> list[str]:
    """What somebody reads, the newest first."""
    found = []
    for each in activity_of(actor):
        said = sentence(ActivityKind(each.kind), each.facts, each.times, each.project.name if each.project else "")
        found.append(" ".join(filter(None, (str(each.person), said.verb, said.thing, said.rest))))
    return found


def test_a_person_reads_what_colleagues_did(
    organisation: Organisation, owner: User, developer: User, reviewer: User
) -> None:
    project = create_project(developer, organisation, "taps", "sine")
    save_version(developer, project, "as it was")
    failed_build(developer, project)
    build = built(developer, project)
    review = ask_for_review(developer, build, "Is it good?", reviewers=[RequestedGroup((owner.pk,))])
    begin_thread(reviewer, review, "It hears the tap")
    give_verdict(owner, build, "approve")
    publish_build(developer, build, "1.0")
    assert _told(reviewer) == [
        "Jo Okafor published taps 1.0",
        "Mika Kallio approved taps build 2",
        "Ari Rossi commented on taps review 1",
        "Jo Okafor asked for a review of taps",
        "Jo Okafor built taps · build 1 failed",
        "Jo Okafor saved taps as version 1",
        "Jo Okafor created taps",
    ]


def test_the_same_deed_within_an_hour_is_one_entry_and_later_another(project: Project, developer: User) -> None:
    failed_build(developer, project)
    write_file(developer, project, "notes.md", b"another version")
    failed_build(developer, project)
    assert _told(developer) == ["Jo Okafor built kitchen twice · build 2 failed"]
    Activity.objects.update(at=timezone.now() - WINDOW - timedelta(minutes=1))
    failed_build(developer, project)
    assert _told(developer) == [
        "Jo Okafor built kitchen · build 3 failed",
        "Jo Okafor built kitchen twice · build 2 failed",
    ]


def test_comments_on_two_builds_are_two_entries(project: Project, developer: User, reviewer: User) -> None:
    first = built(developer, project)
    second = built(developer, project, RUNE + b"2")
    for build in (first, second, second):
        begin_thread(reviewer, build, "It works")
    assert _told(developer) == [
        "Ari Rossi commented on kitchen build 2, twice",
        "Ari Rossi commented on kitchen build 1",
    ]


@pytest.mark.protects("roles/searches")
def test_a_stranger_reads_nothing_of_it_and_a_former_member_neither(
    project: Project, developer: User, stranger: User
) -> None:
    failed_build(developer, project)
    assert _told(stranger) == []
    developer.memberships.all().delete()
    assert _told(developer) == []


@pytest.mark.protects("roles/deleted-in-searches")
def test_of_a_deleted_project_its_deletion_alone_is_told(
    project: Project, owner: User, organisation: Organisation
) -> None:
    failed_build(owner, project)
    delete_project(owner, project)
    assert _told(owner) == ["Mika Kallio deleted kitchen"]
    restore_project(owner, organisation, "kitchen")
    assert _told(owner)[0] == "Mika Kallio restored kitchen"
    assert "Mika Kallio built kitchen · build 1 failed" in _told(owner)


def test_each_kind_has_its_words_and_leads_below_its_project() -> None:
    facts = {"name": "taps", "number": 1, "build": 2, "failed": False, "review": 3, "tag": "1.0"}
    for kind in ActivityKind:
        assert sentence(kind, facts, 3, "taps").rest.count("3 times") == 1
        assert path(kind, facts)[0] in "/?"


def test_what_is_older_than_is_kept_ends(project: Project, developer: User) -> None:
    approved(built(developer, project))
    failed_build(developer, project)
    Activity.objects.filter(kind=ActivityKind.BUILT).update(at=timezone.now() - SHOWN_FOR - timedelta(days=1))
    assert end_old() == 1
    assert not Activity.objects.filter(kind=ActivityKind.BUILT).exists()

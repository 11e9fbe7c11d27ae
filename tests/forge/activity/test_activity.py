"""Events become what people did: in words, together where it is the same, and for those who may read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.accounts.principals import VISITOR
from forge.activity.access import SHOWN_FOR, activity_of, complete, end_old
from forge.activity.messages import render
from forge.activity.models import Activity
from forge.activity.recording import WINDOW
from forge.activity.rows import activity_rows
from forge.builds.access import complete_builds
from forge.builds.runs.progress import announce_build
from forge.core.actors import Actor
from forge.core.events.announcements import names_in
from forge.core.events.declarations import activity_kinds, find_activity_sentence
from forge.projects.actions import create_project, delete_project, restore_project, save_version, write_file
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, begin_thread, give_verdict
from tests.support.forge.factories.builds import RUNE, approved, built, failed_build

pytestmark = pytest.mark.django_db


def _sentences(actor: Actor) -> list[str]:
    """The activity that somebody reads, the newest first."""
    sentences = [(row.person, row.sentence) for row in activity_rows(VISITOR, complete(activity_of(actor)))]
    return [
        " ".join(filter(None, (str(person), sentence.verb, sentence.thing, sentence.rest)))
        for person, sentence in sentences
    ]


@pytest.mark.slow
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
    assert _sentences(reviewer) == [
        "Jo Okafor published taps 1.0",
        "Mika Kallio approved taps build 2",
        "Ari Rossi commented on taps review 1",
        "Jo Okafor asked for a review of taps",
        "Jo Okafor built taps · build 1 failed",
        "Jo Okafor saved taps as version 1",
        "Jo Okafor created taps",
    ]


@pytest.mark.slow
def test_the_same_deed_within_an_hour_is_one_entry_and_later_another(project: Project, developer: User) -> None:
    failed_build(developer, project)
    write_file(developer, project, "notes.md", b"another version")
    failed_build(developer, project)
    assert _sentences(developer) == ["Jo Okafor built kitchen twice · build 2 failed"]
    Activity.objects.update(at=timezone.now() - WINDOW - timedelta(minutes=1))
    failed_build(developer, project)
    assert _sentences(developer) == [
        "Jo Okafor built kitchen · build 3 failed",
        "Jo Okafor built kitchen twice · build 2 failed",
    ]


@pytest.mark.slow
def test_an_act_that_several_events_tell_of_counts_once(
    project: Project, developer: User, reviewer: User, viewer: User
) -> None:
    build = failed_build(developer, project)
    announce_build(complete_builds().get(pk=build.pk))
    build = built(developer, project)
    for verdict in ("approve", "changes", "approve"):
        give_verdict(reviewer, build, verdict, "Because." if verdict == "changes" else "")
    read = [each for each in _sentences(viewer) if "built" in each or "approved" in each]
    assert len(read) == 2
    assert not any("twice" in each for each in read)
    failed_build(developer, project)
    assert any("twice" in each for each in _sentences(viewer)), "two builds are two acts"


def test_comments_on_two_builds_are_two_entries(project: Project, developer: User, reviewer: User) -> None:
    first = built(developer, project)
    second = built(developer, project, RUNE + b"2")
    for build in (first, second, second):
        begin_thread(reviewer, build, "It works")
    assert _sentences(developer) == [
        "Ari Rossi commented on kitchen build 2, twice",
        "Ari Rossi commented on kitchen build 1",
    ]


@pytest.mark.slow
@pytest.mark.protects("roles/searches")
def test_a_stranger_reads_nothing_of_it_and_a_former_member_neither(
    project: Project, developer: User, stranger: User
) -> None:
    failed_build(developer, project)
    assert _sentences(stranger) == []
    developer.memberships.all().delete()
    assert _sentences(developer) == []


@pytest.mark.slow
@pytest.mark.protects("roles/deleted-in-searches")
def test_of_a_deleted_project_its_deletion_alone_is_told(
    project: Project, owner: User, organisation: Organisation
) -> None:
    failed_build(owner, project)
    delete_project(owner, project)
    assert _sentences(owner) == ["Mika Kallio deleted kitchen"]
    restore_project(owner, organisation, "kitchen")
    assert _sentences(owner)[0] == "Mika Kallio restored kitchen"
    assert "Mika Kallio built kitchen · build 1 failed" in _sentences(owner)


def test_each_kind_has_a_sentence_and_a_page_below_its_project() -> None:
    assert activity_kinds()
    for kind in activity_kinds():
        sentence = find_activity_sentence(kind)
        assert sentence is not None
        facts = dict.fromkeys(names_in(*sentence.templates), "/x")
        line = render(sentence, facts, 3, "taps")
        assert line.rest.count("3 times") == 1
        assert line.path[0] in "/?"


def test_a_kind_that_no_app_declares_any_more_is_not_shown(project: Project, developer: User) -> None:
    failed_build(developer, project)
    Activity.objects.update(kind="of an older release")
    assert _sentences(developer) == []


@pytest.mark.slow
def test_what_is_older_than_is_kept_ends(project: Project, developer: User) -> None:
    approved(built(developer, project))
    failed_build(developer, project)
    Activity.objects.filter(kind="built").update(at=timezone.now() - SHOWN_FOR - timedelta(days=1))
    assert end_old() == 1
    assert not Activity.objects.filter(kind="built").exists()

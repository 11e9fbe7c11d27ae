"""An author of a part of a change does not approve it: whom that refuses, and whom it does not."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc, Text

from forge.accounts.models import Membership, Role
from forge.builds.models import Build
from forge.core.errors import Conflict
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.projects.actions import create_project, restore_version, write_file
from forge.projects.files.document_store import append_update, load_document, merge_updates
from forge.projects.models import DocumentUpdate, Version
from forge.projects.versions.store import snapshot
from forge.registry.tags.errors import GateClosed
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, give_verdict, undo_verdict
from forge.reviews.errors import BadReviewers, OwnBuild
from forge.reviews.gate.check import demands_on
from forge.reviews.rounds.authorship import authors_of
from tests.support.forge.factories.builds import RUNE, built
from tests.support.forge.factories.members import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(organisation: Any) -> Any:
    """Another developer."""
    return make_member(organisation, "sam@acme.example", "Sam Reyes", Role.DEVELOPER)


def wrote(user: Any, project: Any, text: str = "one") -> None:
    write_file(user, project, "notes.txt", text.encode())


def build_of(user: Any, project: Any, number: int = 1) -> Build:
    """A build of the files as they are, with bytes of its own."""
    return built(user, project, RUNE + bytes([number]))


@pytest.mark.slow
@pytest.mark.protects("reviews/own-changes")
def test_who_wrote_part_of_a_change_does_not_approve_a_build_that_another_asked_for(
    project: Any, developer: Any, colleague: Any, reviewer: Any
) -> None:
    wrote(colleague, project)
    build = build_of(developer, project)
    assert authors_of(build) == {developer.pk, colleague.pk}
    for verdict in ("approve", "changes"):
        with pytest.raises(OwnBuild, match="wrote part of it since the last approved build"):
            give_verdict(colleague, build, verdict, "Words.")
    with pytest.raises(GateClosed):
        publish_build(developer, build, "1.0")
    give_verdict(reviewer, build, "approve")
    assert publish_build(developer, build, "1.0").name == "1.0"


@pytest.mark.slow
@pytest.mark.protects("reviews/own-changes")
def test_who_only_deleted_something_wrote_too(project: Any, developer: Any, colleague: Any, reviewer: Any) -> None:
    wrote(developer, project, "one\ntwo\n")
    give_verdict(reviewer, build_of(developer, project), "approve")
    wrote(colleague, project, "one\n")
    with pytest.raises(OwnBuild):
        give_verdict(colleague, build_of(developer, project, 2), "approve")


@pytest.mark.slow
def test_what_was_approved_before_is_not_a_part_of_the_change(
    project: Any, developer: Any, colleague: Any, reviewer: Any
) -> None:
    wrote(colleague, project)
    give_verdict(reviewer, build_of(developer, project), "approve")
    wrote(developer, project, "two")
    second = build_of(developer, project, 2)
    assert authors_of(second) == {developer.pk}
    give_verdict(colleague, second, "approve")
    assert demands_on(second, "1.0").missing == ()


def test_what_one_writes_after_a_build_is_no_part_of_it(project: Any, developer: Any, colleague: Any) -> None:
    build = build_of(developer, project)
    wrote(colleague, project)
    snapshot(project, colleague)
    give_verdict(colleague, build, "approve")
    assert demands_on(build, "1.0").missing == ()


@pytest.mark.slow
@pytest.mark.protects("reviews/own-changes")
def test_an_approval_does_not_count_once_that_of_an_earlier_build_is_taken_back(
    project: Any, developer: Any, colleague: Any, reviewer: Any
) -> None:
    wrote(colleague, project)
    first = build_of(developer, project)
    give_verdict(reviewer, first, "approve")
    wrote(developer, project, "two")
    second = build_of(developer, project, 2)
    give_verdict(colleague, second, "approve")
    undo_verdict(reviewer, first)
    assert demands_on(second, "1.0").missing == ("It has 0 of 1 approval by any member. Ask for a review.",)


@pytest.mark.slow
@pytest.mark.protects("reviews/own-changes")
def test_an_old_version_that_is_brought_back_is_still_of_who_wrote_it(
    project: Any, developer: Any, colleague: Any, reviewer: Any
) -> None:
    good = snapshot(project, developer)
    wrote(colleague, project, "bad")
    bad = snapshot(project, colleague)
    restore_version(developer, project, good)
    wrote(developer, project, "good")
    give_verdict(reviewer, build_of(developer, project), "approve")
    restore_version(developer, project, bad)
    again = build_of(developer, project, 2)
    assert again.version == bad
    with pytest.raises(OwnBuild):
        give_verdict(colleague, again, "approve")


@pytest.mark.protects("reviews/own-changes")
def test_updates_that_were_merged_are_still_somebodys(project: Any, developer: Any, colleague: Any) -> None:
    wrote(colleague, project)
    document = load_document(project.pk)
    merge_updates(project.pk, document.doc.get_update(), document.sequence)
    assert not DocumentUpdate.objects.filter(project=project).exists()
    wrote(developer, project, "two")
    with pytest.raises(OwnBuild):
        give_verdict(colleague, build_of(developer, project), "approve")


def test_what_is_typed_in_the_studio_is_written_too(project: Any, developer: Any, colleague: Any) -> None:
    doc: Doc[Any] = Doc()
    doc["typed"] = Text("a key")
    append_update(project.pk, doc.get_update(), colleague.pk, origin="socket")
    assert authors_of(build_of(developer, project)) == {developer.pk, colleague.pk}


@pytest.mark.slow
def test_who_gives_a_recording_wrote_nothing(project: Any, developer: Any, reviewer: Any) -> None:
    consent = recording_terms(project).text
    send_sample(reviewer, project, [b"1,2,3\n"], label="up", days=90, consent=consent)
    build = build_of(developer, project)
    give_verdict(reviewer, build, "approve")
    assert demands_on(build, "1.0").missing == ()


def test_who_starts_from_a_template_wrote_nothing_of_it(
    organisation: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    project = create_project(owner, organisation, "waves", "sine")
    wrote(developer, project)
    assert authors_of(build_of(developer, project)) == {developer.pk}


def test_who_starts_from_their_own_files_wrote_them(organisation: Any, owner: Any, developer: Any) -> None:
    project = create_project(owner, organisation, "waves")
    assert authors_of(build_of(developer, project)) == {developer.pk, owner.pk}


def test_who_wrote_part_of_a_change_is_not_asked(project: Any, developer: Any, colleague: Any) -> None:
    wrote(colleague, project)
    with pytest.raises(BadReviewers, match="Sam Reyes built it or wrote part of it"):
        ask_for_review(
            developer, build_of(developer, project), "Hears whispers", reviewers=[RequestedGroup((colleague.pk,))]
        )


def test_the_gate_says_when_everybody_wrote_part_of_it(project: Any, developer: Any, colleague: Any) -> None:
    wrote(colleague, project)
    assert demands_on(build_of(developer, project), "1.0").missing == (
        "It has 0 of 1 approval by any member. Everybody who could approve it built it or wrote part of it: "
        "invite somebody as a reviewer.",
    )


def test_a_version_says_who_wrote_since_the_one_before(project: Any, developer: Any, colleague: Any) -> None:
    first = snapshot(project)
    wrote(colleague, project)
    second = snapshot(project)
    assert (first.writers, second.writers) == ([str(developer.pk)], [str(colleague.pk)])
    assert Version.objects.count() == 2


@pytest.mark.slow
def test_somebody_who_left_is_no_author_that_anybody_waits_for(
    project: Any, developer: Any, colleague: Any, reviewer: Any
) -> None:
    wrote(colleague, project)
    Membership.objects.filter(user=colleague).delete()
    build = build_of(developer, project)
    give_verdict(reviewer, build, "approve")
    assert demands_on(build, "1.0").missing == ()
    assert issubclass(OwnBuild, Conflict)

"""Verdicts and conversations: who may give one, and what it holds for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forge.builds.actions import request_build
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry, Event
from forge.projects.actions import write_file
from forge.reviews.actions import begin_thread, give_verdict, undo_verdict
from forge.reviews.errors import BadVerdict, NotReviewable, OwnBuild, TooLate
from forge.reviews.models import Verdict
from forge.reviews.rounds.access import approvals_of, approved_before, verdicts_on
from forge.reviews.rounds.decision import ReviewState
from forge.reviews.rounds.open_reviews import state_of_rune
from forge.reviews.threads.conversation import comment_of_verdict, threads_on_build
from tests.support.forge.factories.builds import RUNE, built

pytestmark = pytest.mark.django_db


def is_approved(actor: Any, build: Any) -> bool:
    return state_of_rune(actor, build, verdicts_on(actor, build)) is ReviewState.APPROVED


def another(user: Any, project: Any) -> Any:
    """A build of other files with other bytes."""
    number = str(project.builds.count()).encode()
    write_file(user, project, "notes.txt", number)
    return built(user, project, RUNE + number)


def same_again(user: Any, project: Any) -> Any:
    """A build of other files that gave the same bytes."""
    write_file(user, project, "notes.txt", b"same " + str(project.builds.count()).encode())
    return built(user, project)


@pytest.mark.slow
def test_a_verdict_holds_for_the_rune_that_was_judged(project: Any, developer: Any, reviewer: Any) -> None:
    build = built(developer, project)
    verdict = give_verdict(reviewer, build, "approve", "  It hears me.  ")
    assert build.artefact is not None
    assert (verdict.rune_digest, comment_of_verdict(verdict)) == (build.artefact.digest, "It hears me.")
    assert AuditEntry.objects.get(action="review.verdict").data["verdict"] == "approve"
    assert Event.objects.filter(stream_id=project.stream, type="review.changed").count() == 1


@pytest.mark.protects("reviews/own-build")
def test_nobody_judges_their_own_build(project: Any, developer: Any) -> None:
    with pytest.raises(OwnBuild):
        give_verdict(developer, built(developer, project), "approve")


def test_a_stranger_neither_judges_nor_speaks_nor_reads(project: Any, developer: Any, stranger: Any) -> None:
    build = built(developer, project)
    for attempt in (
        lambda: give_verdict(stranger, build, "approve"),
        lambda: begin_thread(stranger, build, "hello"),
        lambda: threads_on_build(stranger, build),
    ):
        with pytest.raises((Forbidden, NotFound)):
            attempt()
    assert verdicts_on(stranger, build) == []


def test_a_build_that_did_not_succeed_is_not_judged(project: Any, developer: Any, owner: Any) -> None:
    with pytest.raises(NotReviewable):
        give_verdict(owner, request_build(developer, project), "approve")


def test_a_verdict_is_one_of_two_words(project: Any, developer: Any, owner: Any) -> None:
    with pytest.raises(BadVerdict):
        give_verdict(owner, built(developer, project), "maybe")


@pytest.mark.slow
def test_who_thinks_again_replaces_the_earlier_verdict(project: Any, developer: Any, owner: Any, reviewer: Any) -> None:
    build = built(developer, project)
    give_verdict(owner, build, "changes", "Too slow")
    give_verdict(reviewer, build, "approve")
    assert not is_approved(owner, build)
    give_verdict(owner, build, "approve")
    assert is_approved(owner, build)
    assert [(one.verdict, one.replaced) for one in verdicts_on(owner, build)] == [
        ("changes", True),
        ("approve", False),
        ("approve", False),
    ]


def test_an_empty_comment_is_refused(project: Any, developer: Any) -> None:
    with pytest.raises(Invalid):
        begin_thread(developer, built(developer, project), "  \n ")


@pytest.mark.slow
def test_a_build_is_compared_with_the_last_approved_one(project: Any, developer: Any, owner: Any) -> None:
    first, second, third = (another(developer, project) for _ in range(3))
    assert approved_before(third) is None
    give_verdict(owner, first, "approve")
    give_verdict(owner, second, "changes", "Too slow")
    assert approved_before(third) == first
    assert approved_before(first) is None


@pytest.mark.slow
def test_one_verdict_holds_for_all_builds_of_the_same_bytes(
    project: Any, developer: Any, owner: Any, reviewer: Any
) -> None:
    first = built(developer, project)
    give_verdict(reviewer, first, "approve", "It hears me.")
    again = same_again(owner, project)
    assert [(one.build.number, one.verdict) for one in verdicts_on(owner, again)] == [(1, "approve")]
    give_verdict(reviewer, again, "changes", "On second thought")
    assert not is_approved(owner, first)
    assert approvals_of(again) == 0


@pytest.mark.slow
@pytest.mark.protects("reviews/own-bytes")
def test_nobody_judges_their_own_bytes_in_somebody_elses_build(project: Any, developer: Any, owner: Any) -> None:
    built(developer, project)
    again = same_again(owner, project)
    with pytest.raises(OwnBuild):
        give_verdict(developer, again, "approve")


def test_asking_for_changes_takes_a_reason(project: Any, developer: Any, owner: Any) -> None:
    with pytest.raises(Invalid, match="Write what should change"):
        give_verdict(owner, built(developer, project), "changes", "  ")


@pytest.mark.slow
def test_a_verdict_is_undone_within_a_minute_and_the_one_before_holds_again(
    project: Any, developer: Any, owner: Any
) -> None:
    build = built(developer, project)
    give_verdict(owner, build, "changes", "Too slow")
    give_verdict(owner, build, "approve")
    undo_verdict(owner, build)
    assert [(one.verdict, one.replaced) for one in verdicts_on(owner, build)] == [("changes", False)]
    undo_verdict(owner, build)
    assert verdicts_on(owner, build) == []
    with pytest.raises(TooLate):
        undo_verdict(owner, build)


@pytest.mark.slow
def test_after_a_minute_a_verdict_can_only_be_replaced(project: Any, developer: Any, owner: Any) -> None:
    build = built(developer, project)
    verdict = give_verdict(owner, build, "approve")
    Verdict.objects.filter(pk=verdict.pk).update(created=timezone.now() - timedelta(seconds=61))
    with pytest.raises(TooLate, match="replaces the first"):
        undo_verdict(owner, build)
    assert is_approved(owner, build)

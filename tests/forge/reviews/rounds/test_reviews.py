"""Reviews: their reviewers, whose decision they wait for, further rounds, and how they end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forge.accounts.models import Membership, User
from forge.builds.actions import request_build
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry
from forge.projects.actions import write_file
from forge.projects.hooks import pending_items
from forge.projects.models import Project
from forge.reviews.actions import (
    RequestedGroup,
    ask_for_review,
    ask_in_a_new_round,
    begin_thread,
    change_reviewers,
    close_review,
    give_verdict,
)
from forge.reviews.errors import AlreadyRequested, BadReviewers, NotReviewable, ReviewClosed, SameRune
from forge.reviews.models import Review
from forge.reviews.rounds.access import find_review, newest_round, reviews_of, standing_verdicts, state_of
from forge.reviews.rounds.decision import ReviewState
from tests.support.forge.factories.builds import RUNE, built

pytestmark = pytest.mark.django_db


def build_with(user: User, project: Project, more: bytes) -> Any:
    """A build with bytes of its own."""
    write_file(user, project, "notes.txt", more)
    return built(user, project, RUNE + more)


def one(person: User) -> RequestedGroup:
    return RequestedGroup((person.pk,))


def state(actor: User, review: Review) -> ReviewState:
    current = find_review(actor, review.pk)
    return state_of(current, standing_verdicts([current])[current.pk])


def waiting(user: Any) -> list[tuple[str, str]]:
    return [(each.title, each.action) for answer in pending_items.call(user) for each in answer.for_me]


PENDING_REVIEW = ("acme/kitchen: Hears whispers", "Review")


@pytest.mark.slow
def test_a_build_waits_for_nobody_until_somebody_asks(
    project: Any, developer: Any, owner: Any, reviewer: Any, stranger: Any
) -> None:
    build = built(developer, project)
    assert waiting(owner) == waiting(reviewer) == []
    ask_for_review(developer, build, "Hears whispers", "Speak softly.", [one(reviewer)])
    assert waiting(reviewer) == [PENDING_REVIEW]
    assert waiting(owner) == waiting(developer) == waiting(stranger) == []
    give_verdict(reviewer, build, "changes", "It does not hear me.")
    assert waiting(reviewer) == []
    assert waiting(developer) == [("acme/kitchen: Hears whispers", "Read")]


@pytest.mark.slow
def test_any_two_of_three_are_enough(project: Any, developer: Any, owner: Any, reviewer: Any) -> None:
    third = User.objects.create_user("third@acme.example", name="Third")
    Membership.objects.create(organisation=project.organisation, user=third, role="reviewer")
    build = built(developer, project)
    group = RequestedGroup((owner.pk, reviewer.pk, third.pk), required_approvals=2, title="Product")
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[group])
    give_verdict(owner, build, "approve")
    assert state(owner, review) is ReviewState.WAITING
    assert waiting(owner) == []
    assert waiting(third) == [PENDING_REVIEW]
    give_verdict(reviewer, build, "approve")
    assert state(owner, review) is ReviewState.APPROVED
    assert waiting(third) == []


@pytest.mark.slow
def test_nobody_waits_for_those_whose_approval_is_not_needed(
    project: Any, developer: Any, owner: Any, reviewer: Any
) -> None:
    build = built(developer, project)
    review = ask_for_review(
        developer, build, "Hears whispers", reviewers=[one(reviewer), RequestedGroup((owner.pk,), required_approvals=0)]
    )
    assert waiting(owner) == []
    give_verdict(reviewer, build, "approve")
    assert state(owner, review) is ReviewState.APPROVED
    give_verdict(owner, build, "changes", "It is slow.")
    assert state(owner, review) is ReviewState.CHANGES


@pytest.mark.slow
def test_a_new_round_asks_again_about_other_bytes(project: Any, developer: Any, reviewer: Any) -> None:
    build = built(developer, project)
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[one(reviewer)])
    give_verdict(reviewer, build, "changes", "It does not hear me.")
    same = build_with(developer, project, b"")
    with pytest.raises(SameRune, match="build 1, the one of round 1"):
        ask_in_a_new_round(developer, review, same)
    better = build_with(developer, project, b"better")
    ask_in_a_new_round(developer, review, better, "Hears you now.")
    assert state(developer, review) is ReviewState.WAITING
    assert waiting(reviewer) == [PENDING_REVIEW]
    assert newest_round(find_review(reviewer, review.pk)).build == better


@pytest.mark.slow
def test_a_review_does_not_go_back_to_an_older_build(project: Any, developer: Any, reviewer: Any) -> None:
    older = built(developer, project)
    review = ask_for_review(
        developer, build_with(developer, project, b"x"), "Hears whispers", reviewers=[one(reviewer)]
    )
    with pytest.raises(Invalid, match="Build 1 is older than build 2"):
        ask_in_a_new_round(developer, review, older)


@pytest.mark.slow
def test_who_approved_these_bytes_before_is_not_asked_again(project: Any, developer: Any, reviewer: Any) -> None:
    first = built(developer, project)
    give_verdict(reviewer, first, "approve")
    review = ask_for_review(developer, build_with(developer, project, b""), "Again", reviewers=[one(reviewer)])
    assert state(developer, review) is ReviewState.APPROVED
    assert waiting(reviewer) == []


@pytest.mark.slow
def test_one_open_review_asks_about_some_bytes(project: Any, developer: Any, reviewer: Any) -> None:
    build = built(developer, project)
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[one(reviewer)])
    with pytest.raises(AlreadyRequested, match="Review 1 asks about these bytes"):
        ask_for_review(developer, build, "Once more", reviewers=[one(reviewer)])
    close_review(developer, review)
    assert ask_for_review(developer, build, "Once more", reviewers=[one(reviewer)]).number == 2


@pytest.mark.slow
def test_a_closed_review_waits_for_nobody_and_takes_nothing_more(project: Any, developer: Any, reviewer: Any) -> None:
    review = ask_for_review(developer, built(developer, project), "Hears whispers", reviewers=[one(reviewer)])
    close_review(developer, review)
    assert state(reviewer, review) is ReviewState.CLOSED
    assert waiting(reviewer) == []
    for attempt in (
        lambda: close_review(developer, review),
        lambda: change_reviewers(developer, review, [one(reviewer)]),
        lambda: ask_in_a_new_round(developer, review, build_with(developer, project, b"x")),
    ):
        with pytest.raises(ReviewClosed):
            attempt()


@pytest.mark.slow
def test_other_reviewers_are_asked_instead(project: Any, developer: Any, owner: Any, reviewer: Any) -> None:
    review = ask_for_review(developer, built(developer, project), "Hears whispers", reviewers=[one(reviewer)])
    change_reviewers(developer, review, [one(owner)])
    assert waiting(reviewer) == []
    assert waiting(owner) == [PENDING_REVIEW]


@pytest.mark.protects("reviews/reviewers")
def test_only_members_who_did_not_build_it_are_asked(
    project: Any, developer: Any, owner: Any, reviewer: Any, stranger: Any
) -> None:
    build = built(developer, project)
    for reviewers, reason in (
        ([], "at least one person"),
        ([RequestedGroup((reviewer.pk,), required_approvals=0)], "at least one person"),
        ([one(developer)], "built it"),
        ([one(stranger)], "Only people who may give verdicts"),
        ([RequestedGroup((reviewer.pk,), required_approvals=2)], "1 person cannot give 2 approvals"),
        ([one(reviewer), RequestedGroup(())], "1 to 50 people"),
        ([one(reviewer)] * 21, "at most 20 groups"),
    ):
        with pytest.raises(BadReviewers, match=reason):
            ask_for_review(developer, build, "Hears whispers", reviewers=reviewers)
    assert not Review.objects.exists()


def test_what_cannot_be_asked_is_refused_with_the_reason(project: Any, developer: Any, reviewer: Any) -> None:
    build = built(developer, project)
    groups = [one(reviewer)]
    with pytest.raises(Invalid, match="in a few words"):
        ask_for_review(developer, build, " ", reviewers=groups)
    with pytest.raises(Invalid, match="has passed"):
        ask_for_review(developer, build, "x", reviewers=groups, due=timezone.localdate() - timedelta(days=1))
    with pytest.raises(NotReviewable):
        ask_for_review(developer, request_build(developer, project), "x", reviewers=groups)


@pytest.mark.slow
def test_who_may_not_build_does_not_ask_and_a_stranger_sees_nothing(
    project: Any, developer: Any, reviewer: Any, stranger: Any
) -> None:
    build = built(developer, project)
    with pytest.raises(Forbidden):
        ask_for_review(reviewer, build, "x", reviewers=[one(reviewer)])
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[one(reviewer)])
    for attempt in (
        lambda: find_review(stranger, review.pk),
        lambda: begin_thread(stranger, review, "hello"),
        lambda: close_review(stranger, review),
    ):
        with pytest.raises((Forbidden, NotFound)):
            attempt()
    assert not reviews_of(stranger, project)


@pytest.mark.slow
def test_each_act_of_a_review_is_in_the_audit_log(project: Any, developer: Any, reviewer: Any) -> None:
    review = ask_for_review(developer, built(developer, project), "Hears whispers", reviewers=[one(reviewer)])
    begin_thread(reviewer, review, "How loud?")
    ask_in_a_new_round(developer, review, build_with(developer, project, b"x"))
    change_reviewers(developer, review, [one(reviewer)])
    close_review(developer, review)
    entries = AuditEntry.objects.filter(subject=review.subject).order_by("at")
    assert [entry.action for entry in entries] == [
        "review.ask",
        "review.say",
        "review.round",
        "review.reviewers",
        "review.close",
    ]

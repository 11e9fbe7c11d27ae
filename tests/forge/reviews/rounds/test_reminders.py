"""Reviewers are reminded before a review is due and when it is overdue, once each, and lists say that it is overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.notices.models import Notice
from forge.projects.models import Project
from forge.reviews.actions import RequestedGroup, ask_for_review, close_review, give_verdict
from forge.reviews.models import Review
from forge.reviews.rounds.reminders import remind_of_due_reviews
from tests.support.forge.factories.builds import built

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]


@pytest.fixture
def review(project: Project, developer: Any, reviewer: Any, owner: Any) -> Review:
    """Asks two people; it is due in three days."""
    due = timezone.localdate() + timedelta(days=3)
    people = RequestedGroup((reviewer.pk, owner.pk), 2)
    return ask_for_review(developer, built(developer, project), "Hears whispers", reviewers=[people], due=due)


def due_in(review: Review, days: int) -> None:
    Review.objects.filter(pk=review.pk).update(due=timezone.localdate() + timedelta(days=days))


def reminded(*people: Any) -> list[int]:
    return [Notice.objects.filter(person=each, kind="review-due").count() for each in people]


@pytest.mark.slow
def test_who_is_waited_for_is_reminded_a_day_before_once(
    review: Review, developer: Any, reviewer: Any, owner: Any
) -> None:
    remind_of_due_reviews()
    assert reminded(reviewer, owner, developer) == [0, 0, 0], "three days before"
    give_verdict(owner, review.rounds.get().build, "approve")
    due_in(review, 1)
    remind_of_due_reviews()
    remind_of_due_reviews()
    assert reminded(reviewer, owner, developer) == [1, 0, 0]
    assert Notice.objects.get(person=reviewer).events == 2, "the request, and one reminder"
    review.refresh_from_db()
    assert review.reminded_before is not None
    assert review.reminded_after is None


@pytest.mark.slow
def test_an_overdue_review_is_said_to_its_reviewers_and_to_who_asked_and_on_lists(
    review: Review, developer: Any, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    page = "/acme/kitchen/reviews"
    due_in(review, 0)
    assert "Overdue" not in browser_of(developer).get(page).content.decode(), "due today"
    due_in(review, -1)
    remind_of_due_reviews()
    remind_of_due_reviews()
    assert reminded(reviewer, owner, developer) == [1, 1, 1]
    for each in (page, f"{page}/1"):
        assert "Overdue" in browser_of(developer).get(each).content.decode()
    assert browser_of(developer).get(f"/api/v1/reviews/{review.pk}").json()["overdue"]
    for person in (reviewer, owner):
        give_verdict(person, review.rounds.get().build, "approve")
    assert "Overdue" not in browser_of(developer).get(page).content.decode()


@pytest.mark.parametrize("end", ["closed", "approved"])
def test_a_review_that_waits_for_nobody_reminds_nobody(
    end: str, review: Review, developer: Any, reviewer: Any, owner: Any
) -> None:
    if end == "closed":
        close_review(developer, review)
    else:
        for person in (reviewer, owner):
            give_verdict(person, review.rounds.get().build, "approve")
    due_in(review, -1)
    remind_of_due_reviews()
    assert reminded(reviewer, owner, developer) == [0, 0, 0]

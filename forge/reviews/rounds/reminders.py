"""Reminding reviewers of a review's due date: a day before it, and when it has passed; once each."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from forge.core.events.log import append_event
from forge.projects.models import Project
from forge.reviews.models import Review
from forge.reviews.rounds.access import complete, groups_of, ongoing, standing_verdicts
from forge.reviews.rounds.announcements import REVIEW_REQUESTED, ReviewStep
from forge.reviews.rounds.decision import waited_for

DAYS_BEFORE = 1
MOST_AT_ONCE = 200
"""Reviews of one run; the next run, a few minutes later, has the others."""


def remind_of_due_reviews() -> None:
    """Reminds the people who still have to decide. A review that waits for nobody is not due."""
    today = timezone.localdate()
    for step, field, due in _due(today):
        due_reviews = ongoing(Review.objects.filter(project__deleted_at=None, **due, **{field: None}))
        for review in complete(due_reviews.order_by("due"))[:MOST_AT_ONCE]:
            _remind(review, step, field)


def _due(today: date) -> tuple[tuple[ReviewStep, str, dict[str, date]], ...]:
    """Each reminder: the column that keeps it from a second time, and the due dates that it is for."""
    soon = {"due__gte": today, "due__lte": today + timedelta(days=DAYS_BEFORE)}
    return (ReviewStep.DUE_SOON, "reminded_before", soon), (ReviewStep.OVERDUE, "reminded_after", {"due__lt": today})


@transaction.atomic
def _remind(review: Review, step: ReviewStep, field: str) -> None:
    Project.objects.lock(review.project_id)
    # Of two processes, one writes the time; nobody is reminded twice.
    reviews = Review.objects.filter(pk=review.pk, closed=None, **{field: None})
    if not waited_for(groups_of(review), standing_verdicts([review])[review.pk]):
        return
    if not reviews.update(**{field: timezone.now()}):
        return
    event = REVIEW_REQUESTED(review=str(review.pk), number=review.number, change=step.value, by=None)
    append_event(review.project.stream, event)

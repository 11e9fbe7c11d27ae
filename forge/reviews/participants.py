"""The people who take part in a review or a conversation, for notices."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from forge.core.models import Comment
from forge.reviews.models import Review


def known_people(ids: Iterable[UUID | None]) -> frozenset[UUID]:
    """Returns the ids without those of guests and of people who are gone."""
    return frozenset(person for person in ids if person is not None)


def speakers(subject: str) -> set[UUID | None]:
    """Returns who commented on a subject."""
    return set(Comment.objects.filter(thread__subject=subject).values_list("author", flat=True))


def review_participants(review: Review) -> frozenset[UUID]:
    """Returns who requested a review, its reviewers, and who commented on it."""
    reviewers = {person.pk for group in review.groups.all() for person in group.people.all()}
    return known_people({review.requested_by_id, *reviewers, *speakers(review.subject)})

"""The facets of a review that can change between reading it and closing it, or asking others."""

from __future__ import annotations

from forge.core.preconditions import Facet
from forge.reviews.models import Review
from forge.reviews.rounds.access import newest_round, standing_verdicts
from forge.reviews.rounds.decision import Verdicts


def reviewer_facets(review: Review) -> tuple[Facet, ...]:
    """Returns the facets that other reviewers replace."""
    groups = [
        [group.title, group.required_approvals, sorted(str(person.pk) for person in group.people.all())]
        for group in review.groups.all()
    ]
    return (
        Facet("round", newest_round(review).number, f"Round {newest_round(review).number} began."),
        Facet("reviewers", groups, "Other people are asked now."),
    )


def review_facets(review: Review, verdicts: Verdicts | None = None) -> tuple[Facet, ...]:
    """Returns the facets that closing a review ends. `verdicts` are those on its newest round, where they are known."""
    standing = standing_verdicts([review])[review.pk] if verdicts is None else verdicts
    people = [sorted(str(person) for person in group) for group in (standing.approving, standing.objecting)]
    return (*reviewer_facets(review), Facet("verdicts", people, "A verdict was given or taken back."))

"""How the audit log tells of reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from forge.core.audit_words import Thing, Topic, declare, ids_among, things_named
from forge.reviews.models import Review

declare(
    Topic.REVIEWS,
    {
        "review.ask": "asked for {review} of {project}, on build {build_number}",
        "review.round": "carried {review} of {project} on with build {build_number}, in round {round}",
        "review.reviewers": "changed who judges {review} of {project}",
        "review.close": "closed {review} of {project}",
        "review.say": "commented on {review} of {project}",
        "review.verdict": "gave the verdict {verdict} on {build} of {project}",
        "review.verdict_undone": "took the verdict {verdict} on {build} of {project} back",
        "review.comment": "commented on {build} of {project}",
    },
)


@things_named.register
def names(keys: Collection[str]) -> Mapping[str, Thing]:
    """Reviews."""
    ids = ids_among(keys, "review")
    found = Review.objects.select_related("project__organisation").filter(pk__in=ids) if ids else ()
    return {each.subject: Thing(f"review {each.number}", _address(each)) for each in found}


def _address(review: Review) -> str:
    return "" if review.project.deleted_at else review.get_absolute_url()

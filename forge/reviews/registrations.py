"""The hooks that reviews registers with lower floors: the list of what waits for a person on the home page."""

from __future__ import annotations

from collections.abc import Sequence

from forge.core.actors import Actor
from forge.projects.hooks import Waiting, waiting_for
from forge.reviews.access import complete, groups_of, newest_round, standing_verdicts, state_of
from forge.reviews.decision import ReviewState, waited_for
from forge.reviews.models import Review

SHOWN = 10
LOOKED_AT = 200
"""The newest open reviews of the person's organisations that are looked at."""


@waiting_for.register
def reviews_waiting(actor: Actor) -> Sequence[Waiting]:
    """Reviews that wait for the person's verdict, and own ones that somebody wants changed."""
    reviews = list(complete(Review.objects.visible_to(actor)).filter(closed=None).order_by("-created")[:LOOKED_AT])
    verdicts = standing_verdicts(reviews)
    asked = [review for review in reviews if actor.pk in waited_for(groups_of(review), verdicts[review.pk])]
    own = [review for review in reviews if review.asked_by_id == actor.pk]
    objected = [review for review in own if state_of(review, verdicts[review.pk]) is ReviewState.CHANGES]
    return [
        *(
            _waiting(review, f"{review.asked_by or 'Someone'} asks for your review", "Review", "eye")
            for review in asked[:SHOWN]
        ),
        *(_waiting(review, "Changes are asked for", "Read", "message-square") for review in objected[:SHOWN]),
    ]


def _waiting(review: Review, detail: str, action: str, icon: str) -> Waiting:
    return Waiting(
        title=f"{review.project.full_name}: {review.title}",
        detail=detail,
        url=review.get_absolute_url(),
        action=action,
        icon=icon,
        since=newest_round(review).created,
    )

"""The hooks that reviews registers with lower floors: what waits for a person and what a person waits for on the home
page, the verdicts on projects' cards, what an invitation into a review leads to, and how many changes were tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Q

from forge.accounts.hooks import invitation_accepted, purposes
from forge.accounts.models import Organisation, User
from forge.accounts.quotas import Resource
from forge.accounts.usage import Counts, organisation_counts, person_counts
from forge.core.actors import Actor
from forge.projects.hooks import CardVerdict, Waiting, card_verdicts, waited_on, waiting_for
from forge.reviews.access import complete, groups_of, newest_round, standing_verdicts, state_of
from forge.reviews.actions.inviting import become_reviewer
from forge.reviews.decision import ReviewState, Verdicts, waited_for
from forge.reviews.invited import review_of
from forge.reviews.models import Review, ReviewerGroup
from forge.reviews.quotas import trials_of_organisation, trials_of_person
from rune.wording import listed

purposes.register(review_of)
invitation_accepted.register(become_reviewer)

SHOWN = 10
LOOKED_AT = 200
"""The newest open reviews of a person that are looked at."""


@waiting_for.register
def reviews_waiting(actor: Actor) -> Sequence[Waiting]:
    """Reviews that wait for the person's verdict, and own ones that somebody wants changed."""
    theirs = Q(asked_by=actor.pk) | Q(pk__in=ReviewerGroup.objects.filter(people=actor.pk).values("review"))
    found = Review.objects.visible_to(actor).filter(theirs, closed=None).order_by("-created")
    reviews = list(complete(found)[:LOOKED_AT])
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


@waited_on.register
def reviews_under_way(actor: Actor) -> Sequence[Waiting]:
    """Reviews that the person asked for and that others have not decided yet."""
    asked = complete(Review.objects.visible_to(actor)).filter(closed=None, asked_by=actor.pk).order_by("-created")
    reviews = list(asked[:LOOKED_AT])
    verdicts = standing_verdicts(reviews)
    waiting = [review for review in reviews if state_of(review, verdicts[review.pk]) is ReviewState.WAITING]
    return [_waiting(review, _progress(review, verdicts[review.pk]), "Open", "clock") for review in waiting[:SHOWN]]


STATE_WORDS: Mapping[ReviewState, CardVerdict] = {
    ReviewState.WAITING: CardVerdict("In review", "info"),
    ReviewState.CHANGES: CardVerdict("Changes requested", "warn"),
    ReviewState.APPROVED: CardVerdict("Approved", "ok"),
}
"""How an open review looks on its project's card."""


@card_verdicts.register
def verdicts_on_cards(project_ids: Sequence[UUID]) -> Mapping[UUID, CardVerdict]:
    """How the newest open review of each project stands. The caller has found the projects for someone."""
    reviews = list(complete(Review.objects.filter(project__in=project_ids, closed=None)).order_by("created"))
    verdicts = standing_verdicts(reviews)
    return {review.project_id: STATE_WORDS[state_of(review, verdicts[review.pk])] for review in reviews}


@organisation_counts.register
def trials_that_an_organisation_had(organisation: Organisation) -> Counts:
    """Changes that were tried in the last hour."""
    return {Resource.TRIALS: trials_of_organisation(organisation).count()}


@person_counts.register
def trials_that_a_person_had(user: User) -> Counts:
    """The same of a person, in all organisations together."""
    return {Resource.TRIALS: trials_of_person(user).count()}


def _progress(review: Review, verdicts: Verdicts) -> str:
    """Who approved, and who has not answered."""
    people: dict[UUID, User] = {one.pk: one for group in review.groups.all() for one in group.people.all()}
    given = [str(people[pk]) for pk in people if pk in verdicts.approving]
    silent = [str(people[pk]) for pk in people if pk in waited_for(groups_of(review), verdicts)]
    parts = [f"{listed(sorted(given))} approved"] if given else []
    return ", ".join([*parts, f"waiting for {listed(sorted(silent))}"] if silent else parts)


def _waiting(review: Review, detail: str, action: str, icon: str) -> Waiting:
    return Waiting(
        title=f"{review.project.full_name}: {review.title}",
        detail=detail,
        url=review.get_absolute_url(),
        action=action,
        icon=icon,
        since=newest_round(review).created,
    )

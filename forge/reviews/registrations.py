"""The hooks that reviews registers with lower floors: the decisions that wait for a person, and those that the person
waits for, on the home page; the verdicts on projects' cards; what an invitation into a review leads to; and how many
changes were tried."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import Q

from forge.accounts.hooks import invitation_accepted, purposes
from forge.accounts.models import Organisation, User
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import Counts, organisation_counts, person_counts
from forge.builds.hooks import build_changed
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.learning.hooks import model_changes
from forge.projects.hooks import CardVerdict, PendingItem, PendingItems, card_verdicts, pending_items
from forge.registry.hooks import BuildApproval, approvals, judges_of
from forge.reviews.change_requests.actions.outside import bring_model
from forge.reviews.models import Review, ReviewerGroup, Round, Verdict, VerdictChoice
from forge.reviews.reviewing.actions.invitations import become_reviewer
from forge.reviews.reviewing.actions.pending_requests import ask_for_awaited
from forge.reviews.rounds.access import ongoing
from forge.reviews.rounds.decision import ReviewState
from forge.reviews.rounds.invitees import review_of
from forge.reviews.rounds.open_reviews import OpenReview, open_reviews
from forge.reviews.rounds.reminders import remind_of_due_reviews
from forge.reviews.rounds.state_tags import STATE_TAGS
from forge.reviews.suggestions.quotas import trials_of_organisation, trials_of_person
from rune.wording import listed

register(
    PeriodicTask(
        "reviews-due", 600, RunsIn.ONE_WORKER, "reminds reviewers of reviews that are due", remind_of_due_reviews
    )
)
purposes.register(review_of)
invitation_accepted.register(become_reviewer)
build_changed.register(ask_for_awaited)
model_changes.register(bring_model)

ITEMS_SHOWN = 10
LOOKED_AT = 200
"""The newest open reviews of a person that are looked at."""


@pending_items.register
def reviews_that_wait(actor: Actor) -> PendingItems:
    """Open reviews: those that wait for the person's verdict, own ones that somebody wants changed, and own ones that
    others have not decided yet."""
    theirs = Q(requested_by=actor.pk) | Q(pk__in=ReviewerGroup.objects.filter(people=actor.pk).values("review"))
    open_reviews_of_actor = ongoing(Review.objects.visible_to(actor).filter(theirs)).order_by("-created")
    reviews = open_reviews(open_reviews_of_actor[:LOOKED_AT])
    pending = [each for each in reviews if actor.pk in each.waited_for]
    own = [each for each in reviews if each.review.requested_by_id == actor.pk]
    objected_reviews = [each for each in own if each.state is ReviewState.CHANGES]
    undecided_reviews = [each for each in own if each.state is ReviewState.WAITING]
    return PendingItems(
        for_me=[
            *(
                _waiting(each, f"{each.review.requested_by or 'Someone'} asks for your review", "Review", "eye")
                for each in pending[:ITEMS_SHOWN]
            ),
            *(
                _waiting(each, "Changes are asked for", "Read", "message-square")
                for each in objected_reviews[:ITEMS_SHOWN]
            ),
        ],
        for_others=[_waiting(each, _progress(each), "Open", "clock") for each in undecided_reviews[:ITEMS_SHOWN]],
    )


@judges_of.register
def people_with_a_verdict(build: Build) -> Collection[UUID]:
    """Returns whose verdicts on the build's bytes stand."""
    if build.artefact is None:
        return ()
    verdicts = Verdict.objects.standing().filter(project=build.project_id, rune_digest=build.artefact.digest)
    return [person for person in verdicts.values_list("user", flat=True) if person is not None]


@approvals.register
def approvals_of_bytes(build: Build) -> Collection[BuildApproval]:
    """Returns who approves the build's bytes, with the round of the review in which they looked at them."""
    if build.artefact is None:
        return ()
    verdicts = Verdict.objects.standing().filter(
        project=build.project_id, rune_digest=build.artefact.digest, verdict=VerdictChoice.APPROVE
    )
    rounds = dict(Round.objects.filter(build__in=verdicts.values("build")).values_list("build", "number"))
    return [
        BuildApproval(each.user_id, rounds.get(each.build_id, 0), each.created)
        for each in verdicts
        if each.user_id is not None
    ]


IN_REVIEW = CardVerdict("In review", "info")
"""How a review that waits looks on its project's card, which says nothing else of reviews."""


@card_verdicts.register
def verdicts_on_cards(project_ids: Sequence[UUID]) -> Mapping[UUID, CardVerdict]:
    """Returns the state of the newest open review of each project. The caller has found the projects for the person."""
    reviews = open_reviews(ongoing(Review.objects.filter(project__in=project_ids)).order_by("created"))
    return {each.review.project_id: _card_verdict(each.state) for each in reviews}


@organisation_counts.register
def trials_that_an_organisation_had(organisation: Organisation) -> Counts:
    """Changes that were tried in the last hour."""
    return {QuotaResource.TRIALS: trials_of_organisation(organisation).count()}


@person_counts.register
def trials_that_a_person_had(user: User) -> Counts:
    """The same of a person, in all organisations together."""
    return {QuotaResource.TRIALS: trials_of_person(user).count()}


def _card_verdict(state: ReviewState) -> CardVerdict:
    look = STATE_TAGS[state]
    return IN_REVIEW if state is ReviewState.WAITING else CardVerdict(look.word, look.colour)


def _progress(each: OpenReview) -> str:
    """Returns who approved, and who has not answered."""
    approvers = [each.names[person] for person in each.names if person in each.verdicts.approving]
    silent = [each.names[person] for person in each.waited_for]
    parts = [f"{listed(sorted(approvers))} approved"] if approvers else []
    return ", ".join([*parts, f"waiting for {listed(sorted(silent))}"] if silent else parts)


def _waiting(each: OpenReview, detail: str, action: str, icon: str) -> PendingItem:
    return PendingItem(
        title=f"{each.review.project.full_name}: {each.review.title}",
        detail=detail,
        url=each.review.get_absolute_url(),
        action=action,
        icon=icon,
        since=each.since,
    )

"""Inviting people who are no members into a review, by email, and letting them in."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from forge.accounts.mail.emails import compose_email
from forge.accounts.models import Invitation, Role, User
from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import acting_as
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.projects.actions import invite_to_project
from forge.projects.models import Project
from forge.reviews.models import InvitedReviewer, Review, ReviewerGroup
from forge.reviews.rounds.access import newest_round
from forge.reviews.rounds.announcements import REVIEW_REQUESTED, ReviewStep
from forge.reviews.rounds.authorship import authors_of


def send_invitations(actor: Actor, review: Review, addresses: Sequence[str]) -> None:
    """Invites these as reviewers of the project, in the transaction that asks for the review; the letters go when it
    ends.

    Raises `Forbidden`.
    """
    for address in addresses:
        invitation, link = invite_to_project(actor, review.project, Role.REVIEWER)
        invitation.email = address
        invitation.save(update_fields=["email"])
        InvitedReviewer.objects.create(review=review, invitation=invitation, email=address)
        message = compose_email("review_invitation", address, {"review": review, "person": actor.person, "link": link})
        transaction.on_commit(message.send)


@transaction.atomic
def become_reviewer(user: User, invitation: Invitation) -> None:
    """Makes who accepted an invitation into an open review one of its reviewers, whose approval is needed."""
    invited_reviewer = (
        InvitedReviewer.objects.filter(invitation=invitation).select_related("review__project__organisation").first()
    )
    if invited_reviewer is None:
        return
    review = invited_reviewer.review
    Project.objects.lock(review.project_id)
    is_reviewer = ReviewerGroup.objects.filter(review=review, people=user).exists()
    # Read anew: the person is a member only since a moment ago.
    may_judge = can(acting_as(user), Verb.REVIEW, review.project)
    if review.closed or is_reviewer or not may_judge or user.pk in authors_of(newest_round(review).build):
        return
    last = ReviewerGroup.objects.filter(review=review).aggregate(last=Max("position"))["last"]
    group = ReviewerGroup.objects.create(review=review, position=0 if last is None else last + 1, required_approvals=1)
    group.people.set([user])
    write_entry(user, "review.accept", review.subject, review.project.place, number=review.number)
    step, by = ReviewStep.REVIEWERS.value, person_to_json(user)
    append_event(
        review.project.stream, REVIEW_REQUESTED(review=str(review.pk), number=review.number, change=step, by=by), user
    )

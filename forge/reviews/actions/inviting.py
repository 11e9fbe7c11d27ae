"""Inviting people who are no members into a review, by a letter, and letting them in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from forge.accounts.access import require_in
from forge.accounts.actions import invite
from forge.accounts.letters import letter
from forge.accounts.models import Invitation, Membership, Role, User
from forge.accounts.people import person_to_json
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import acting_as
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.errors import Invalid
from forge.core.events import append_event
from forge.projects.models import Project
from forge.reviews.access import authors_of, newest_round
from forge.reviews.events import REVIEW_ASKED, ReviewStep
from forge.reviews.models import InvitedReviewer, Review, ReviewerGroup

MOST_INVITED = 10
"""People whom one review invites."""
MOST_LETTERS = 50
"""Letters to people outside that the reviews of an organisation send in a day."""


def checked_addresses(actor: Actor, project: Project, addresses: Sequence[str]) -> tuple[str, ...]:
    """The addresses to which letters go. Raises `Forbidden` for who may not invite, and `Invalid`."""
    found = tuple(dict.fromkeys(address.strip().lower() for address in addresses if address.strip()))
    if not found:
        return ()
    require_in(actor, Verb.MANAGE_MEMBERS, project.organisation)
    if len(found) > MOST_INVITED:
        raise _invalid(f"One review invites at most {MOST_INVITED} people, these are {len(found)}.")
    for address in found:
        try:
            validate_email(address)
        except ValidationError:
            raise _invalid(f"{address} does not look like an email address.") from None
    members = Membership.objects.filter(organisation=project.organisation_id, user__email__in=found)
    if member := members.select_related("user").first():
        raise _invalid(f"{member.user} is a member already: choose them in the list.")
    since = timezone.now() - timedelta(days=1)
    sent = InvitedReviewer.objects.filter(
        review__project__organisation=project.organisation_id, created__gt=since
    ).count()
    if sent + len(found) > MOST_LETTERS:
        raise _invalid(
            f"An organisation invites at most {MOST_LETTERS} people into reviews in a day. Try again tomorrow."
        )
    return found


def _invalid(message: str) -> Invalid:
    return Invalid(message, errors={"invited": [message]})


def send_invitations(actor: Actor, review: Review, addresses: Sequence[str]) -> None:
    """Invites these as viewers, in the transaction that asks for the review; the letters go when it ends.

    Raises `Forbidden`.
    """
    for address in addresses:
        invitation, link = invite(actor, review.project.organisation, Role.VIEWER)
        InvitedReviewer.objects.create(review=review, invitation=invitation, email=address)
        message = letter("review_invitation", address, {"review": review, "person": actor.person, "link": link})
        transaction.on_commit(message.send)


@transaction.atomic
def become_reviewer(user: User, invitation: Invitation) -> None:
    """Makes who accepted an invitation into an open review one of its reviewers, whose approval is needed."""
    found = (
        InvitedReviewer.objects.filter(invitation=invitation).select_related("review__project__organisation").first()
    )
    if found is None:
        return
    review = found.review
    Project.objects.lock(review.project_id)
    is_asked = ReviewerGroup.objects.filter(review=review, people=user).exists()
    # Read anew: the person is a member only since a moment ago.
    may_judge = can(acting_as(user), Verb.REVIEW, review.project)
    if review.closed or is_asked or not may_judge or user.pk in authors_of(newest_round(review).build):
        return
    last = ReviewerGroup.objects.filter(review=review).aggregate(last=Max("position"))["last"]
    group = ReviewerGroup.objects.create(review=review, position=0 if last is None else last + 1, needed=1)
    group.people.set([user])
    write_entry(user, "review.accept", review.subject, review.project.place, number=review.number)
    step, by = ReviewStep.REVIEWERS.value, person_to_json(user)
    append_event(
        review.project.stream, REVIEW_ASKED(review=str(review.pk), number=review.number, change=step, by=by), user
    )

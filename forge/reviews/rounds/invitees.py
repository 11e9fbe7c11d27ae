"""People who are invited into a review: to whom a letter may go, who has not joined, what an invitation says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from forge.accounts.hooks import InvitationPurpose
from forge.accounts.models import Invitation
from forge.accounts.people.checks import MAX_EMAIL_LENGTH
from forge.accounts.permissions import Verb
from forge.accounts.project_people import team_of
from forge.accounts.quotas.limits import locked
from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.projects.access import require
from forge.projects.models import Project
from forge.reviews.models import InvitedReviewer, Review

MOST_INVITED = 10
"""People whom one review invites."""
LONGEST_INVITATIONS: Final = MOST_INVITED * (MAX_EMAIL_LENGTH + 1)
"""Characters of their addresses in one field, with a space behind each."""
MOST_LETTERS = 50
"""Letters to people outside that the reviews of an organisation send in a day."""


def checked_addresses(actor: Actor, project: Project, addresses: Sequence[str]) -> tuple[str, ...]:
    """The addresses to which letters go. Raises `Forbidden` for who may not invite, and `Invalid`."""
    unique = tuple(dict.fromkeys(address.strip().lower() for address in addresses if address.strip()))
    if not unique:
        return ()
    require(actor, Verb.MANAGE, project)
    if len(unique) > MOST_INVITED:
        raise _invalid(f"One review invites at most {MOST_INVITED} people; you entered {len(unique)}.")
    for address in unique:
        if len(address) > MAX_EMAIL_LENGTH:
            raise _invalid(f"An email address has at most {MAX_EMAIL_LENGTH} characters.")
        try:
            validate_email(address)
        except ValidationError:
            raise _invalid(f"{address} does not look like an email address.") from None
    judges = {mate.user.email.lower(): mate.user for mate in team_of(project, Verb.REVIEW)}
    if member := next((judges[address] for address in unique if address in judges), None):
        raise _invalid(f"{member} can review this project already: choose them in the list.")
    locked(project.organisation)  # Letters of others at the same time are counted.
    since = timezone.now() - timedelta(days=1)
    letters = InvitedReviewer.objects.filter(
        review__project__organisation=project.organisation_id, created__gt=since
    ).count()
    if letters + len(unique) > MOST_LETTERS:
        raise _invalid(
            f"An organisation invites at most {MOST_LETTERS} people into reviews in a day. Try again tomorrow."
        )
    return unique


def _invalid(message: str) -> Invalid:
    return Invalid(message, errors={"guest_emails": [message]})


def waiting_to_join(review: Review) -> list[InvitedReviewer]:
    """Returns the people who may still join. The caller has found the review for the person."""
    return list(InvitedReviewer.objects.open().filter(review=review))


def review_of(invitation: Invitation) -> InvitationPurpose | None:
    """The review that an invitation leads to, while it is there."""
    reviewer = (
        InvitedReviewer.objects.filter(invitation=invitation, review__project__deleted_at=None)
        .select_related("review__project__organisation")
        .first()
    )
    if reviewer is None:
        return None
    review = reviewer.review
    return InvitationPurpose(f"to review “{review.title}”", review.project.full_name, review.get_absolute_url())

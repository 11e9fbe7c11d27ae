"""People who are invited into a review: who they are, and what their invitation says."""

from __future__ import annotations

from django.utils import timezone

from forge.accounts.hooks import Purpose
from forge.accounts.models import Invitation
from forge.reviews.models import InvitedReviewer, Review


def waiting_to_join(review: Review) -> list[InvitedReviewer]:
    """Those whose invitation lives and was not accepted yet. The caller has found the review for someone."""
    return list(
        InvitedReviewer.objects.filter(
            review=review, invitation__used=None, invitation__revoked=None, invitation__expires__gt=timezone.now()
        )
    )


def review_of(invitation: Invitation) -> Purpose | None:
    """The review that an invitation leads to, while it is there."""
    found = (
        InvitedReviewer.objects.filter(invitation=invitation, review__project__deleted_at=None)
        .select_related("review__project__organisation")
        .first()
    )
    if found is None:
        return None
    return Purpose(f"to review “{found.review.title}”", found.review.get_absolute_url(), found.email)

"""The tables of reviews, each declared in its folder: Django finds all tables of an app in one module."""

from __future__ import annotations

from forge.reviews.changes.models import ChangeRequest, ChangeState, OfferRound, Resolution
from forge.reviews.checks.models import CheckResult, CheckState
from forge.reviews.guests.models import Guest, GuestLink, GuestLinkQuerySet
from forge.reviews.rounds.models import (
    AwaitedReview,
    AwaitedReviewQuerySet,
    InvitedReviewer,
    InvitedReviewerQuerySet,
    Review,
    ReviewerGroup,
    ReviewQuerySet,
    Round,
    Verdict,
    VerdictChoice,
    VerdictQuerySet,
)
from forge.reviews.rules.models import OrganisationRules
from forge.reviews.suggestions.models import Suggestion, SuggestionQuerySet, SuggestionState
from forge.reviews.threads.models import AnchoredThread, AnchoredThreadQuerySet

__all__ = [
    "AnchoredThread",
    "AnchoredThreadQuerySet",
    "AwaitedReview",
    "AwaitedReviewQuerySet",
    "ChangeRequest",
    "ChangeState",
    "CheckResult",
    "CheckState",
    "Guest",
    "GuestLink",
    "GuestLinkQuerySet",
    "InvitedReviewer",
    "InvitedReviewerQuerySet",
    "OfferRound",
    "OrganisationRules",
    "Resolution",
    "Review",
    "ReviewQuerySet",
    "ReviewerGroup",
    "Round",
    "Suggestion",
    "SuggestionQuerySet",
    "SuggestionState",
    "Verdict",
    "VerdictChoice",
    "VerdictQuerySet",
]

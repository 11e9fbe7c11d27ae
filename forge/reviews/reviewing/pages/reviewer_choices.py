"""The people who can be asked to review a build, and those of the project who cannot, with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from forge.accounts.models import User
from forge.accounts.permissions import Verb
from forge.accounts.project_people import Teammate, team_of
from forge.builds.models import Build
from forge.reviews.rounds.authorship import authors_of


@dataclass(frozen=True)
class UnavailableReviewer:
    """Somebody who reads the project and cannot be asked to review a build."""

    person: User
    reason: str
    """The rest of a sentence that begins with the name: "built this or wrote part of it"."""


@dataclass(frozen=True)
class ReviewerChoices:
    """The people of a project, by whether they can be asked."""

    available: tuple[User, ...]
    unavailable: tuple[UnavailableReviewer, ...]


def reviewer_choices(build: Build) -> ReviewerChoices:
    """Returns the people who read the build's project, by name, divided by whether they may judge it."""
    return divided(team_of(build.project), authors_of(build))


def divided(mates: Iterable[Teammate], authors: Collection[UUID]) -> ReviewerChoices:
    """Returns teammates divided by whether they can be asked; `authors` are those whose work is in the build."""
    reasons = [(mate.user, _why_not(mate, authors)) for mate in mates]
    return ReviewerChoices(
        tuple(person for person, reason in reasons if not reason),
        tuple(UnavailableReviewer(person, reason) for person, reason in reasons if reason),
    )


def _why_not(mate: Teammate, authors: Collection[UUID]) -> str:
    """Empty for somebody who can be asked."""
    if not mate.user.is_active:
        return "has a disabled account"
    if not mate.may(Verb.REVIEW):
        return f"has the role {mate.role.label}, which gives no verdicts"
    if mate.user.pk in authors:
        return "built this or wrote part of it since the last approved build"
    return ""

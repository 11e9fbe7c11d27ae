"""The places of acts on change requests and reviews, and of what else is found by an id."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from forge.accounts.permissions import Verb, scope_of
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.api.acts import ActPlace
from forge.projects.access import require
from forge.reviews.changes.access import find_change_request, find_offer
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.changes.participants import may_withdraw
from forge.reviews.models import Review
from forge.reviews.rounds.access import find_review

T = TypeVar("T")


def place_by_id(
    route: str, name: str, find: Callable[[Actor, UUID], T], require_verb: Callable[[Actor, Verb, T], None]
) -> ActPlace[T]:
    """Returns the place of things that are found by an id, the `name` of their route."""
    return ActPlace(
        route,
        lambda request, _verb, names: find(principal_of(request), names[name]),
        require_verb,
        principal_of,
        scope_of,
    )


def _require(actor: Actor, verb: Verb, thing: ChangeRequest | Review) -> None:
    require(actor, verb, thing.project)


def _require_for_offer(actor: Actor, verb: Verb, change: ChangeRequest) -> None:
    if not may_withdraw(actor, change):
        require(actor, verb, change.project)


_CHANGE = "change-requests/<uuid:change_id>/"
CHANGE = place_by_id(_CHANGE, "change_id", find_change_request, _require)
OFFER = place_by_id(_CHANGE, "change_id", find_offer, _require_for_offer)
"""A change request for both sides: who offers it may do to it what its project lets others do."""
REVIEW = place_by_id("reviews/<uuid:review_id>/", "review_id", find_review, _require)

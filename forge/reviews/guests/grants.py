"""Links for guests, as grants: one shows a review while the person who made it, or took it over, may share reviews
there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.events.delivery import deliver
from forge.projects.models import Project
from forge.reviews.guests.access import LOOK, guests_group
from forge.reviews.models import GuestLink


def _find(scope: GrantScope) -> Sequence[Grant]:
    links = GuestLink.objects.alive().filter(review__project__deleted_at=None)
    links = scope.narrow(links, "created_by", "review__project__organisation")
    return [
        Grant(
            id=each.pk,
            maker=each.created_by_id,
            title=f"Guest link for {each.title} to review {each.review.number} of {each.review.project.full_name}",
            holds=_shares(each.review.project),
            place=each.review.project.full_name,
            created=each.created,
            expires=each.expires,
            can_be_handed_over=True,
            is_for_anyone=True,
            token=each.created_by_token,
        )
        for each in links.select_related("review__project__organisation")
    ]


def _shares(project: Project) -> Callable[[Actor], bool]:
    return lambda actor: can(actor, Verb.SHARE, project)


def _end(ids: Collection[UUID]) -> None:
    links = GuestLink.objects.filter(pk__in=ids, revoked=None)
    reviews = set(links.values_list("review_id", flat=True))
    links.update(revoked=timezone.now())
    for review in reviews:
        transaction.on_commit(partial(deliver, guests_group(review), LOOK), robust=True)


def _hand_over(ids: Collection[UUID], heir: User) -> None:
    GuestLink.objects.filter(pk__in=ids).update(created_by=heir, created_by_token=None)


declare(
    GrantKind(
        name="guest-link",
        label="Links for guests",
        icon="link",
        rule="A guest link shows its review while you may share reviews of its project.",
        model=GuestLink,
        maker="created_by",
        find=_find,
        end=_end,
        hand_over=_hand_over,
    )
)

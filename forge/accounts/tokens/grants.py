"""Tokens, as grants: one does what its person may at that moment, and ends where it reaches nothing of theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from django.utils import timezone

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.hooks import projects_of_organisation, readable_projects_among
from forge.accounts.models import ApiToken
from forge.core.actors import Actor
from forge.core.audit.messages import name_things


def _find(scope: GrantScope) -> Sequence[Grant]:
    tokens = list(ApiToken.objects.alive().filter(owner__in=scope.people))
    if scope.organisation is not None:
        tokens = [each for each in tokens if each.restriction and _is_in(scope.organisation, each.restriction)]
    things = name_things({key for each in tokens for key in each.restriction or ()})
    return [
        Grant(
            id=each.pk,
            maker=each.owner_id,
            title=f"Token “{each.name}”",
            holds=_reaches(each.restriction),
            place=", ".join(things[key].name for key in each.restriction or () if key in things),
            created=each.created,
            expires=each.expires,
        )
        for each in tokens
    ]


def _is_in(organisation: UUID, restriction: Collection[str]) -> bool:
    """Whether a token is restricted to an organisation, or to a project of it."""
    if f"organisation:{organisation}" in restriction:
        return True
    return any(answer for answer in projects_of_organisation.call(organisation, restriction))


def _reaches(restriction: Collection[str] | None) -> Callable[[Actor], bool]:
    def reaches(actor: Actor) -> bool:
        if restriction is None:
            return True
        if any(f"organisation:{each}" in restriction for each in actor.roles):
            return True
        return any(answer for answer in readable_projects_among.call(actor, restriction))

    return reaches


def _end(ids: Collection[UUID]) -> None:
    ApiToken.objects.alive().filter(pk__in=ids).update(expires=timezone.now())


declare(
    GrantKind(
        name="token",
        label="Tokens",
        icon="key",
        rule="A token does what you may do yourself at that moment. One that reaches nothing of yours any more ends.",
        model=ApiToken,
        maker="owner",
        find=_find,
        end=_end,
    )
)

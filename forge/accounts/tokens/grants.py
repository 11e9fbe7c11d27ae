"""Tokens, as grants: one does what its person may at that moment, and ends where it reaches nothing of theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from django.utils import timezone

from forge.accounts.grants.access import as_now
from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.hooks import projects_of_organisation
from forge.accounts.models import ApiToken
from forge.accounts.principals import acting_as
from forge.accounts.tokens.restriction import own_keys
from forge.core.actors import Actor
from forge.core.audit.messages import name_things


def _find(scope: GrantScope) -> Sequence[Grant]:
    tokens = list(ApiToken.objects.alive().filter(owner__in=scope.people).select_related("owner"))
    keys = {key for each in tokens for key in each.restriction or ()}
    if scope.organisation is None:
        owners = {each.owner for each in tokens if each.restriction}
        keys_by_owner = {owner.pk: own_keys(acting_as(owner), keys) for owner in owners}
    else:
        inside = _keys_in(scope.organisation, keys)
        tokens = [each for each in tokens if inside.intersection(each.restriction or ())]
        keys_by_owner = {each.owner_id: inside for each in tokens}
    things = name_things({key for some in keys_by_owner.values() for key in some})
    return [
        Grant(
            id=each.pk,
            maker=each.owner_id,
            title=f"Token “{each.name}”",
            holds=_reaches(each.restriction),
            place=", ".join(things[key].name for key in each.restriction or () if key in keys_by_owner[each.owner_id]),
            created=each.created,
            expires=each.expires,
        )
        for each in tokens
    ]


def _keys_in(organisation: UUID, keys: Collection[str]) -> set[str]:
    """Returns those of these keys that are an organisation and its projects."""
    projects = {key for answer in projects_of_organisation.call(organisation, keys) for key in answer}
    return projects | ({f"organisation:{organisation}"} & set(keys))


def _reaches(restriction: Collection[str] | None) -> Callable[[Actor], bool]:
    return lambda actor: restriction is None or bool(own_keys(actor, restriction))


def _leave(token_id: UUID, organisation: UUID) -> bool:
    token = ApiToken.objects.select_for_update().get(pk=token_id)
    keys = token.restriction or ()
    inside = _keys_in(organisation, keys)
    token.restriction = [key for key in keys if key not in inside]
    if not own_keys(as_now(token.owner), token.restriction):
        return False
    token.save(update_fields=["restriction"])
    return True


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
        leave=_leave,
    )
)

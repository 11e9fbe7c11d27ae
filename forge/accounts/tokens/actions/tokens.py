"""Making and deleting a person's tokens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_person
from forge.accounts.grants.access import created_by_tokens
from forge.accounts.models import ApiToken
from forge.accounts.scopes import SCOPE_NAMES, excluded_scopes, expand_scopes
from forge.accounts.tokens.restriction import checked_restriction
from forge.accounts.tokens.secrets import PREFIX, hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.audit.entries import AuditPlace, write_entry
from forge.core.errors import Invalid, NotFound

MAX_NAME_LENGTH = 80
"""Characters of what a token is called."""
MAX_TOKEN_LIFE = timedelta(days=366)
"""A token ends at the latest after this time."""


@transaction.atomic
def create_token(
    actor: Actor,
    name: str,
    scopes: Sequence[str],
    expires: datetime | None,
    restriction: Collection[str] | None = None,
) -> tuple[ApiToken, str]:
    """Makes a token and gives it with its secret, which is shown this once.

    `scopes` are names out of `scopes.SCOPE_NAMES`. `restriction` are keys like `organisation:<id>` and `project:<id>`,
    to which the token is held; without it, it reaches all that its owner does. No token makes tokens. Raises `Invalid`
    and `PersonNeeded`.
    """
    require_person(actor)
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME_LENGTH:
        message = f"Say what the token is for, in at most {MAX_NAME_LENGTH} characters."
        raise Invalid(message, errors={"name": [f"1 to {MAX_NAME_LENGTH} characters"]})
    restriction_keys = checked_restriction(actor, restriction)
    token_scopes = _checked_scopes(scopes, restriction_keys)
    now = timezone.now()
    expires = expires or now + timedelta(days=90)
    if not now < expires <= now + MAX_TOKEN_LIFE:
        raise Invalid("A token expires within a year from now.", errors={"expires": ["within a year from now"]})
    secret = new_secret(PREFIX)
    token = ApiToken.objects.create(
        token_hash=hash_secret(secret),
        hint=secret[-4:],
        name=name,
        owner=actor.person,
        scopes=token_scopes,
        restriction=restriction_keys,
        expires=expires,
    )
    what = {"name": name, "scopes": token.scopes, "restriction": restriction_keys}
    write_entry(actor, "token.create", f"token:{token.pk}", token.owner.place, **what)
    return token, secret


def _checked_scopes(scopes: Sequence[str], restriction: Collection[str] | None) -> list[str]:
    unknown = sorted(set(scopes) - set(SCOPE_NAMES))
    if unknown or not scopes:
        raise Invalid(f"A token needs one or more of the scopes {', '.join(SCOPE_NAMES)}.", errors={"scopes": unknown})
    if wrong := excluded_scopes(scopes, restriction):
        message = f"A token that is restricted to organisations or projects cannot have {', '.join(wrong)}."
        raise Invalid(message, errors={"scopes": wrong})
    return expand_scopes(scopes, restriction)


@transaction.atomic
def delete_token(actor: Actor, token_id: UUID) -> None:
    """Deletes one of the person's own tokens, and ends what it made. Raises `PersonNeeded` and `NotFound`."""
    require_person(actor)
    token = ApiToken.objects.visible_to(actor).filter(pk=token_id).first()
    if token is None:
        raise NotFound("You have no such token.")
    things = created_by_tokens(token.owner, [token.pk])
    for thing in things:
        thing.kind.end([thing.grant.id])
    token.delete()
    what = {"name": token.name, "things": [each.grant.title for each in things]}
    write_entry(actor, "token.delete", f"token:{token_id}", AuditPlace(person=token.owner_id), **what)

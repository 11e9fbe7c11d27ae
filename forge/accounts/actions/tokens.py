"""Making and deleting a person's tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_scope
from forge.accounts.models import ApiToken
from forge.accounts.scopes import ASKABLE, Scope, spelled_out
from forge.accounts.tokens import PREFIX, hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.errors import Invalid, NotFound

LONGEST_TOKEN = timedelta(days=366)
"""A token ends at the latest after this time."""


@transaction.atomic
def create_token(actor: Actor, name: str, scopes: Sequence[str], expires: datetime | None) -> tuple[ApiToken, str]:
    """Makes a token and gives it with its secret, which is shown this once.

    `scopes` are names out of `scopes.ASKABLE`. A token makes tokens with its own scopes only.
    Raises `Invalid` and `Forbidden`.
    """
    require_scope(actor, Scope.TOKEN_CREATE)
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise Invalid("Say what the token is for, in at most 80 characters.", errors={"name": ["1 to 80 characters"]})
    unknown = sorted(set(scopes) - set(ASKABLE))
    if unknown or not scopes:
        raise Invalid(f"A token needs one or more of the scopes {', '.join(ASKABLE)}.", errors={"scopes": unknown})
    wanted = spelled_out(scopes)
    for scope in wanted:
        require_scope(actor, Scope(scope))
    now = timezone.now()
    expires = expires or now + timedelta(days=90)
    if not now < expires <= now + LONGEST_TOKEN:
        raise Invalid("A token expires within a year from now.", errors={"expires": ["within a year from now"]})
    secret = new_secret(PREFIX)
    token = ApiToken.objects.create(
        token_hash=hash_secret(secret),
        hint=secret[-4:],
        name=name,
        owner=actor.person,
        scopes=wanted,
        expires=expires,
    )
    write_entry(actor, "token.create", f"token:{token.pk}", name=name, scopes=token.scopes)
    return token, secret


@transaction.atomic
def delete_token(actor: Actor, token_id: UUID) -> None:
    """Deletes one of the person's own tokens. Raises `NotFound`."""
    require_scope(actor, Scope.ACCOUNT_WRITE)
    token = ApiToken.objects.visible_to(actor).filter(pk=token_id).first()
    if token is None:
        raise NotFound("You have no such token.")
    token.delete()
    write_entry(actor, "token.delete", f"token:{token_id}", name=token.name)

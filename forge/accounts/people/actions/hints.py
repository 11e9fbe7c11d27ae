"""Putting hints for beginners away."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.access import require_scope
from forge.accounts.models import User
from forge.accounts.people.hints import PageHint
from forge.accounts.scopes import Scope
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import NotFound


@transaction.atomic
def dismiss_hint(actor: Actor, name: str) -> None:
    """Shows a hint to this person never again; twice is once. Raises `Forbidden`, and `NotFound` for no hint of ours.

    It is theirs alone: the entry is in the log of their account, and no stream tells of it.
    """
    require_scope(actor, Scope.ACCOUNT_WRITE)
    if name not in PageHint.__members__.values():
        raise NotFound("There is no hint of this name.")
    person = User.objects.select_for_update().get(pk=actor.person.pk)
    if name in person.dismissed_hints:
        return
    person.dismissed_hints = [*person.dismissed_hints, name]
    person.save(update_fields=["dismissed_hints"])
    write_entry(actor, "hint.away", f"user:{person.pk}", person.place, hint=name)

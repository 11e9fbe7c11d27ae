"""Changing a quota: the operator's, by a command."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from forge.accounts.access import require_operator
from forge.accounts.errors import UnknownResource
from forge.accounts.models import Quota
from forge.accounts.quotas.limits import QuotaResource, defaults_of
from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE, AuditPlace, write_entry


@transaction.atomic
def set_quota(actor: Actor, holder: str, resource: str, limit: int | None) -> None:
    """Sets a limit of an organisation or a person by its key, or of all of a kind; None goes back to the default.

    Raises `Forbidden` for everyone but the installation, and `UnknownResource`.
    """
    require_operator(actor)
    if resource not in defaults_of(holder):
        resources = ", ".join(defaults_of(holder))
        raise UnknownResource(f"There is no quota of {resource} here. There are quotas of {resources}.")
    if limit is None:
        Quota.objects.filter(holder=holder, resource=resource).delete()
    else:
        Quota.objects.update_or_create(holder=holder, resource=QuotaResource(resource), defaults={"limit": limit})
    limit_text = "the default" if limit is None else limit
    write_entry(actor, "quota.set", holder, _place(holder), resource=resource, limit=limit_text)


def _place(holder: str) -> AuditPlace:
    """Returns the place for a change of this holder's limits; for that of all of a kind it is one that operators alone
    read."""
    kind, _, key = holder.partition(":")
    if not key:
        return NOWHERE
    return AuditPlace(organisation=UUID(key)) if kind == "organisation" else AuditPlace(person=UUID(key))

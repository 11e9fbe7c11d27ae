"""Replacing the keys that sign an organisation's deployments, where somebody else may have one."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_in, require_person
from forge.accounts.announcements import ORGANISATION_CHANGED
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.core.reasons import checked_reason
from forge.deployments.models import UpdateKey
from forge.deployments.updates.access import update_keys_facet

REASON_NEEDED = "Write why the keys are replaced."


@transaction.atomic
def replace_update_keys(
    actor: Actor, organisation: Organisation, reason: str, *, precondition: Precondition = None
) -> int:
    """Has the signer make new keys for all roles and sign everything again. Returns how many keys end.

    The next root names the new keys, and two root keys of the former root sign it, so clients follow by themselves.
    What the former keys signed counts no more once a client has that root. Raises `Forbidden`, `PersonNeeded`, `Stale`
    and `Invalid`.
    """
    require_in(actor, Verb.RENAME_ORGANISATION, organisation)
    require_person(actor)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    require_precondition((update_keys_facet(organisation.pk),), precondition)
    reason = checked_reason(reason, missing=REASON_NEEDED)
    keys = UpdateKey.objects.filter(organisation=organisation, ended=None).exclude(sealed="")
    count = keys.update(ended=timezone.now())
    if count:
        write_entry(actor, "update-keys.replace", organisation.stream, organisation.place, reason=reason)
        event = ORGANISATION_CHANGED(name=organisation.name, title=organisation.title)
        append_event(organisation.stream, event, actor)
    return count

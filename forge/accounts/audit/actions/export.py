"""What is done to the audit log itself: taking it out as a file, and ending what is older than it is kept."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.accounts.organisations.access import require_in
from forge.accounts.permissions import Verb
from forge.accounts.principals import INSTALLATION
from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE, write_entry
from forge.core.models import AuditEntry
from rune.wording import counted

AT_ONCE = 5_000
"""Entries that one transaction deletes."""


@transaction.atomic
def note_export(actor: Actor, organisation: Organisation, kind: str) -> None:
    """Writes down that the log of an organisation is taken out. Raises `Forbidden` and `NotFound`."""
    require_in(actor, Verb.READ_AUDIT, organisation)
    write_entry(actor, "audit.export", organisation.stream, organisation.place, format=kind)


def end_old_entries() -> int:
    """Deletes the entries that are older than they are kept, and writes down how many."""
    days: int = settings.AUDIT_DAYS
    moment = timezone.now() - timedelta(days=days)
    ended = 0
    while deleted := AuditEntry.objects.all().end_before(moment, AT_ONCE):
        ended += deleted
    if ended:
        with transaction.atomic():
            what = {"entries": counted(ended, "entry", "entries"), "days": days}
            write_entry(INSTALLATION, "audit.end", "audit:", NOWHERE, **what)
    return ended

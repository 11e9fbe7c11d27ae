"""Actions on the audit log itself: exporting it as a file, and deleting entries older than the retention period."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.principals import INSTALLATION
from forge.core.actors import Actor
from forge.core.audit.chain import chain_end, copied_through, extend_all
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
    """Deletes the entries that are older than they are kept, from the start of the chain on, and writes down which.

    The entry about it is written before: a process that dies in the middle leaves an end that the next one reaches.
    Entries that a copy elsewhere still lacks stay for as long again.
    """
    days: int = settings.AUDIT_DAYS
    now = timezone.now()
    extend_all()
    old = AuditEntry.objects.filter(position__lte=_last_old(now - timedelta(days=days), now - timedelta(days=2 * days)))
    last = old.order_by("-position").first()
    if last is None or last.position is None:
        return 0
    with transaction.atomic():
        what = {"entries": counted(old.count(), "entry", "entries"), "days": days}
        chain = {"through": last.position, "digest": last.digest}
        write_entry(INSTALLATION, "audit.end", "audit:", NOWHERE, **what, **chain)
    total = 0
    while batch_count := AuditEntry.objects.all().end_through(last.position, AT_ONCE):
        total += batch_count
    return total


def _last_old(moment: datetime, latest: datetime) -> int:
    """The position up to which all entries are older than a moment, and which no copy needs before the latest one."""
    first_young = AuditEntry.objects.filter(at__gte=moment).aggregate(first=Min("position"))["first"]
    last = chain_end().position if first_young is None else first_young - 1
    copied_position = min(copied_through.call(), default=last)
    if copied_position >= last:
        return last
    overdue = AuditEntry.objects.filter(at__lt=latest, position__lte=last).aggregate(last=Max("position"))["last"]
    return max(copied_position, overdue or 0)

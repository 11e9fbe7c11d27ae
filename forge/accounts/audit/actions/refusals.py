"""Writing down what was refused to people: who asked for what they may not have, or for what is not there.

Only some of it is kept, so that nobody fills the disk by asking.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from forge.core.audit.denials import Denial, denial_recorders
from forge.core.audit.entries import entries_since, write_entry

WITHIN = timedelta(hours=1)
MOST = 30
"""Refusals of one person, token or pass that are written down within that time."""
LONGEST = 120
"""Characters that are kept of what was asked for."""


@denial_recorders.register
def note_denial(denial: Denial) -> None:
    """Writes down that something was refused. After `MOST` of them the rest of the hour is not written."""
    if entries_since(denial.actor, "access.refuse", WITHIN).count() >= MOST:
        return
    target = "".join(each for each in denial.where if each.isprintable())[:LONGEST]
    place = denial.place
    subject = f"project:{place.project}" if place.project else f"organisation:{place.organisation or 'unknown'}"
    with transaction.atomic():
        write_entry(denial.actor, "access.refuse", subject, place, verb=denial.verb, where=target)

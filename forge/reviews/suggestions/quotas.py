"""The number of changes that an organisation and a person tried in copies of builds in the last hour: each is
compiled."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Min, QuerySet
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.accounts.quotas.limits import QuotaResource, limit_of, locked
from forge.core.errors import TooOften
from forge.core.models import AuditEntry
from rune.wording import counted

TRY_ACTION = "review.try"
"""The action in the audit log, by which trials are counted."""
HOUR = timedelta(hours=1)


def trials_of_organisation(organisation: Organisation) -> QuerySet[AuditEntry]:
    """Returns the number of trials of an organisation in the last hour."""
    return _recent_entries().filter(organisation=organisation.pk)


def trials_of_person(user: User) -> QuerySet[AuditEntry]:
    """Returns the number of trials of a person in the last hour, in all organisations together."""
    return _recent_entries().filter(actor=user.pk)


def require_another_trial(organisation: Organisation, user: User | None) -> None:
    """Raises `TooOften` where there were as many trials as there may be.

    Call it in the transaction that requests one.
    """
    locked(organisation)
    _require("The organisation", organisation.stream, trials_of_organisation(organisation))
    if user is not None:
        locked(user)
        _require("You", user.stream, trials_of_person(user))


def _recent_entries() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(action=TRY_ACTION, at__gt=timezone.now() - HOUR)


def _require(who: str, holder: str, trials: QuerySet[AuditEntry]) -> None:
    limit = limit_of(holder, QuotaResource.TRIALS)
    if trials.count() < limit:
        return
    oldest = trials.aggregate(at=Min("at"))["at"]
    wait = 60 if oldest is None else max(1, int((oldest + HOUR - timezone.now()).total_seconds()) + 1)
    raise TooOften(
        f"{who} tried {counted(limit, 'change')} in the last hour, which is the limit. Try again later; "
        "changes that you have tried can be sent.",
        wait,
    )

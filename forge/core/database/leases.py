"""Leases: which process works on a row, with a fencing number in the row itself.

A worker takes a lease, renews it while it works, and names its fence with everything that it writes. Each lease raises
the fence, so a worker that was only slow writes nothing once its lease was ended, revoked or taken by another. What is
leased, for how long and in which order is decided by the apps above.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q, QuerySet

from forge.core.database.wrong_clock import ahead, has_come


class LeaseLost(Exception):
    """The row is no longer this worker's: it was cancelled, or another worker has it. Nothing more may be written."""


class LeasedRow(models.Model):
    """A table whose rows one worker at a time works on."""

    fence = models.PositiveBigIntegerField(default=0)
    """Grows with each lease; who writes under a lease names the number that the lease has."""
    lease_until = models.DateTimeField(null=True, blank=True)
    """The time when the lease ends, unless it is renewed; None where nobody has one."""

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Lease:
    """The right to work on one row, and to write to it."""

    model: type[LeasedRow]
    key: Any
    fence: int

    @property
    def rows(self) -> QuerySet[Any]:
        """The row, as long as the lease is valid; empty once it was lost."""
        return self.model._default_manager.filter(pk=self.key, fence=self.fence, lease_until__isnull=False)

    def write(self, **values: object) -> None:
        """Writes to the row; the condition is part of the one statement that writes. Raises `LeaseLost`."""
        if not self.rows.update(**values):
            raise LeaseLost(str(self.key))

    def renew(self, until: datetime) -> None:
        """Extends the lease. Raises `LeaseLost`."""
        self.write(lease_until=until)

    def end(self, **values: object) -> None:
        """Gives the row back, with the last values that are written under this lease. Raises `LeaseLost`."""
        self.write(lease_until=None, **values)

    def is_valid(self) -> bool:
        """Returns whether nobody else took the row, or took it away."""
        return bool(self.rows.exists())

    @classmethod
    def take(cls, rows: QuerySet[Any], row: LeasedRow, until: datetime, **values: object) -> Self | None:
        """Leases a row that was read, if it is still among `rows` and nobody leased it since; else None."""
        fence = row.fence + 1
        if not rows.filter(pk=row.pk, fence=row.fence).update(fence=fence, lease_until=until, **values):
            return None
        return cls(type(row), row.pk, fence)

    @classmethod
    def take_number(cls, rows: QuerySet[Any], key: Any, number: int, until: datetime) -> Self | None:
        """Leases one of the rows with a fence that says which state of something is worked on; None if it is not among
        them. Two that take one number write the same."""
        if not rows.filter(pk=key).update(fence=number, lease_until=until):
            return None
        return cls(rows.model, key, number)


def unleased(now: datetime) -> Q:
    """Selects rows that nobody has a lease of, or a lease that has run out."""
    return Q(lease_until=None) | has_come("lease_until", now)


def expired(now: datetime) -> Q:
    """Selects rows whose worker did not renew its lease in time."""
    return Q(lease_until__lt=now) | ahead("lease_until", now)


def revoke(rows: QuerySet[Any], **values: object) -> int:
    """Takes rows from their workers, with these values; returns how many."""
    return rows.update(fence=F("fence") + 1, lease_until=None, **values)

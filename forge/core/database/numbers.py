"""The numbers of rows that are counted from 1 within something: builds of a project, rounds of a change request."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, QuerySet


def last_number(rows: QuerySet[Any]) -> int:
    """Returns the highest `number` of the rows, or 0 if there are none. The caller holds the lock of what they belong
    to, so that nobody takes the same number."""
    return int(rows.aggregate(last=Max("number"))["last"] or 0)


def next_number(rows: QuerySet[Any]) -> int:
    """Returns the number of the next row. The caller holds the lock of what the rows belong to."""
    return last_number(rows) + 1

"""Says which of the versions that saved themselves are kept: many of today, few of long ago. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

STEPS = (
    (timedelta(days=1), timedelta()),
    (timedelta(days=7), timedelta(hours=1)),
    (timedelta(days=90), timedelta(days=1)),
)
"""Up to which age one is kept for each such time; all of the youngest."""
OLDEST_STEP = timedelta(days=7)


def superfluous_versions(versions: Iterable[tuple[T, datetime]], now: datetime) -> list[T]:
    """Returns the versions to delete, of the versions of one project with their times.

    The last of each span is kept.
    """
    seen_spans: set[tuple[timedelta, int]] = set()
    superfluous: list[T] = []
    for version, created in sorted(versions, key=lambda each: each[1], reverse=True):
        step = _step(now - created)
        if not step:
            continue
        # Spans of the calendar and not of the age, so that the same ones are kept tomorrow.
        span = (step, int(created.timestamp() // step.total_seconds()))
        if span in seen_spans:
            superfluous.append(version)
        seen_spans.add(span)
    return superfluous


def _step(age: timedelta) -> timedelta:
    return next((step for limit, step in STEPS if age <= limit), OLDEST_STEP)

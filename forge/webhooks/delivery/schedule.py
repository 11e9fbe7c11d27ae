"""The times at which a delivery is retried. Pure. The intervals are those that Standard Webhooks proposes."""

from __future__ import annotations

from datetime import timedelta

AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The wait after the first attempt that failed, the second, and so on: three days in all."""


def wait_after(tries: int) -> timedelta:
    """The wait after so many attempts that failed, from 1 to the number of waits."""
    return AFTER[tries - 1]

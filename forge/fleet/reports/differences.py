"""Computes by how much a report raises the counts of a day. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from hmrd.protocol.reports import Totals

LARGEST_COUNT = 2**31 - 1
"""The largest count of a day that the database keeps."""


def differences(before: Mapping[str, int], totals: Totals) -> dict[str, int]:
    """Returns by how much totals rose since the last report. Those that fell, as after a new installation, add what
    they are."""
    return {
        name: min(total - earlier if total >= (earlier := before.get(name, 0)) else total, LARGEST_COUNT)
        for name, total in asdict(totals).items()
    }


def time_of(seconds: int, report_time: datetime) -> datetime:
    """Returns the time of an event by the device's clock, which may be wrong: none is later than its report."""
    if seconds >= report_time.timestamp():
        return report_time
    return datetime.fromtimestamp(seconds, UTC)

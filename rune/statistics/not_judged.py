"""The answer of a test that does not have enough to go on: a value with a reason, so that nobody reads silence as
"unchanged"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MIN_WINDOWS: Final = 300
"""Windows of each side of a test on binned counts. Of 100 windows, tests find a shift of a quarter of a standard
deviation in fewer than one case of three, so "unchanged" would mean nothing."""
MIN_DEVICES: Final = 5
"""Devices of each side of a test by device."""
MIN_PAST_DAYS: Final = 14
"""Days of the past by which the variation from day to day is known, each weekday twice."""


class TooFew(StrEnum):
    """A thing of which a test has too little."""

    WINDOWS = "windows"
    REFERENCE_WINDOWS = "reference windows"
    DEVICES = "devices"
    OTHER_DEVICES = "other devices"
    PAST_DAYS = "past days"
    RECENT_DAYS = "recent days"
    BINS = "bins"
    SPREAD = "spread"


@dataclass(frozen=True)
class NotJudged:
    """The reason why a test was not made: what it lacks, how many of that there are, and how many it needs."""

    lack: TooFew
    count: float
    needed: float

"""The counts of a device by day and rune: what is counted where, and when a day is over. Pure.

Each answer is in exactly one period: the day, or the hour while the server asks for hours. A period that is over is
closed once, and nothing is counted into it any more. A clock that cannot be right counts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from hmrd.protocol.counts import CountedPeriod
from hmrd.protocol.wanted import Telemetry
from rune.watch.counts import Counts

FIRST_DAY: Final = date(2026, 11, 1)
"""No device counted before this day: a clock that says so is wrong."""
STEP: Final = timedelta(minutes=15)
"""A clock may be set back by so much, also over midnight: it is then counted into the period that goes on."""
AHEAD: Final = timedelta(days=1)
"""So much may the device's clock differ from the server's."""


class ClockProblem(StrEnum):
    """The reasons why something was not counted."""

    BEFORE_ALL = "the clock is before the first day that can be counted"
    WENT_BACK = "the clock went back to a day whose counts are closed"
    UNLIKE_SERVER = "the clock differs from the server's by more than a day"


@dataclass(frozen=True)
class PeriodOfRune:
    """The counts of one rune in a period."""

    period: CountedPeriod
    rune: str
    """The digest of its bytes."""


@dataclass(frozen=True)
class Ledger:
    """The counts that are not in a document yet."""

    mode: Telemetry = Telemetry.OFF
    open: Mapping[PeriodOfRune, Counts] = field(default_factory=dict)
    closed: datetime | None = None
    """Periods that ended by this moment are closed; None before the first one was."""


def with_mode(ledger: Ledger, mode: Telemetry) -> Ledger:
    """Returns the ledger after the server asked for other counts. With `off`, what was counted is gone."""
    return Ledger(closed=ledger.closed) if mode is Telemetry.OFF else replace(ledger, mode=mode)


def add(
    ledger: Ledger, now: datetime, rune: str, counts: Counts, server: datetime | None = None
) -> tuple[Ledger, ClockProblem | None]:
    """Returns the ledger with what was counted around a moment, or without it and why. `server` is the time of the
    server, where it is known."""
    if ledger.mode is Telemetry.OFF:
        return ledger, None
    at = counted_at(now, ledger.closed, server)
    if isinstance(at, ClockProblem):
        return ledger, at
    period = CountedPeriod(at.date(), at.hour if ledger.mode is Telemetry.HOUR else None)
    key = PeriodOfRune(period, rune)
    former = ledger.open.get(key)
    total = counts if former is None else added(former, counts)
    return replace(ledger, open={**ledger.open, key: total}), None


def counted_at(now: datetime, closed: datetime | None, server: datetime | None) -> datetime | ClockProblem:
    """Returns the moment in whose period something is counted that happened now, or why it is not counted. Periods
    that ended by `closed` are closed."""
    if now.date() < FIRST_DAY:
        return ClockProblem.BEFORE_ALL
    if server is not None and abs(now - server) > AHEAD:
        return ClockProblem.UNLIKE_SERVER
    if closed is None or now >= closed:
        return now
    return ClockProblem.WENT_BACK if closed - now > STEP else closed


def close(ledger: Ledger, now: datetime) -> tuple[Ledger, Mapping[PeriodOfRune, Counts]]:
    """Returns the ledger without the periods that are over, and these."""
    over = {key: counts for key, counts in ledger.open.items() if key.period.end <= now}
    if not over:
        return ledger, over
    ends = [key.period.end for key in over] + ([] if ledger.closed is None else [ledger.closed])
    rest = {key: counts for key, counts in ledger.open.items() if key not in over}
    return replace(ledger, open=rest, closed=max(ends)), over


def without_future(ledger: Ledger, server: datetime) -> Ledger:
    """Returns the ledger without periods that began more than a day after the time of the server: a clock that was
    wrong counted them."""
    last = server + AHEAD
    rest = {key: counts for key, counts in ledger.open.items() if key.period.begin <= last}
    is_ahead = ledger.closed is not None and ledger.closed > last + AHEAD
    return replace(ledger, open=rest, closed=None if is_ahead else ledger.closed)


def added(one: Counts, other: Counts) -> Counts:
    """Returns the counts of both. What the machine alone counted has no bins of the rune. Raises `ValueError` where
    their bins differ."""
    return _like(one, other) + _like(other, one)


def is_nothing(counts: Counts) -> bool:
    """Returns whether nothing was counted, whatever the memory was."""
    return replace(counts, memory=0) == replace(
        Counts((0,) * len(counts.labels), (0,) * len(counts.confidence)),
        features=tuple((0,) * len(each) for each in counts.features),
    )


def moment(seconds: float) -> datetime:
    """Returns a time of the system's clock, within what a document can name."""
    return datetime.fromtimestamp(min(max(seconds, 0.0), _LAST), UTC)


_LAST: Final = datetime(2150, 1, 1, tzinfo=UTC).timestamp()


def _like(counts: Counts, other: Counts) -> Counts:
    if counts.labels or counts.confidence or counts.features:
        return counts
    return replace(
        counts,
        labels=(0,) * len(other.labels),
        confidence=(0,) * len(other.confidence),
        features=tuple((0,) * len(each) for each in other.features),
    )

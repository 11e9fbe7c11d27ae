"""The pairs of labels of a device by hour and two runes: what is counted where, and when an hour is over. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from hmrd.counting import AHEAD, ClockProblem, counted_at
from hmrd.protocol.counts import CountedPeriod
from rune.watch.pairs import LabelPairs, PairBins


@dataclass(frozen=True)
class PairKey:
    """An hour of two runes, by the digests of their bytes, and the bins of their labels."""

    period: CountedPeriod
    rune: str
    """The one that answers."""
    beside: str
    bins: PairBins


@dataclass(frozen=True)
class PairLedger:
    """The pairs that are not in a document yet."""

    open: Mapping[PairKey, LabelPairs] = field(default_factory=dict)
    closed: datetime | None = None
    """Hours that ended by this moment are closed; None before the first one was."""


def add_pairs(
    ledger: PairLedger,
    now: datetime,
    runes: tuple[str, str],
    bins: PairBins,
    pairs: LabelPairs,
    server: datetime | None,
) -> tuple[PairLedger, ClockProblem | None]:
    """Returns the ledger with pairs of two runes, the one that answers first, around a moment; or without them and
    why. `server` is the time of the server, where it is known."""
    at = counted_at(now, ledger.closed, server)
    if isinstance(at, ClockProblem):
        return ledger, at
    key = PairKey(CountedPeriod(at.date(), at.hour), *runes, bins)
    former = ledger.open.get(key)
    total = pairs if former is None else former + pairs
    return replace(ledger, open={**ledger.open, key: total}), None


def close_hours(ledger: PairLedger, now: datetime) -> tuple[PairLedger, Mapping[PairKey, LabelPairs]]:
    """Returns the ledger without the hours that are over, and these."""
    over = {key: pairs for key, pairs in ledger.open.items() if key.period.end <= now}
    if not over:
        return ledger, over
    ends = [key.period.end for key in over] + ([] if ledger.closed is None else [ledger.closed])
    rest = {key: pairs for key, pairs in ledger.open.items() if key not in over}
    return replace(ledger, open=rest, closed=max(ends)), over


def pairs_without_future(ledger: PairLedger, server: datetime) -> PairLedger:
    """Returns the ledger without hours that began more than a day after the time of the server."""
    last = server + AHEAD
    rest = {key: pairs for key, pairs in ledger.open.items() if key.period.begin <= last}
    is_ahead = ledger.closed is not None and ledger.closed > last + AHEAD
    return PairLedger(rest, None if is_ahead else ledger.closed)

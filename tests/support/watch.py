"""Runes that count, and their counts, for tests that build none."""

from __future__ import annotations

from rune.abi import SectionName
from rune.running.container import canonical_json, pack
from rune.watch.counts import Counts
from rune.watch.layout import ConfidenceBins, FeatureBins, LabelBins, Statistic, WatchLayout
from rune.watch.record import WatchRecord

LAYOUT = WatchLayout(
    LabelBins(("nothing", "speech", "knock"), (0, 1, 2)),
    ConfidenceBins((0.25, 0.5, 0.75)),
    (FeatureBins("audio", 0, Statistic.LEVEL, (100.0, 400.0)),),
)


def with_watch(rune: bytes, layout: WatchLayout = LAYOUT) -> bytes:
    """Returns a rune whose section says that it counts in a layout."""
    return pack(rune, {SectionName.WATCH: canonical_json(WatchRecord(layout).to_json())})


def counted(labels: tuple[int, ...] = (60, 30, 10), *, restarts: int = 0, memory: int = 40_000) -> Counts:
    """Returns the counts of some answers in `LAYOUT`, each of which took 2 ms."""
    answers = sum(labels)
    return Counts(
        labels,
        (0, 0, 0, answers),
        ((0, answers, 0),),
        (0, answers, 0, 0, 0, 0, 0, 0),
        answers,
        2000 * answers,
        restarts,
        memory,
    )

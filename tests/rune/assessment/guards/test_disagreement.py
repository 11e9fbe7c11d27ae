"""The disagreement of two runes: by pair of labels, on how many devices, with a range or none."""

from __future__ import annotations

import numpy as np

from rune.assessment.guards.disagreement import CountedWindows, disagreement_of
from rune.assessment.guards.evidence import PairTable

FORMER, NEW = ("nothing", "speech", "knock"), ("nothing", "knock", "glass")


def test_pairs_are_summed_over_devices_and_the_most_frequent_comes_first() -> None:
    counts = np.zeros((7, 3, 3))
    counts[:6, 0, 0] = 90
    counts[:6, 2, 1] = 4
    counts[:6, 1, 1] = 5
    counts[0, 0, 2] = 6
    result = disagreement_of(PairTable(FORMER, NEW, counts, missed=8))
    assert (result.windows, result.devices, result.missed) == (600, 6, 8)
    assert [(each.former, each.new, each.counted.windows, each.counted.devices) for each in result.pairs] == [
        ("speech", "knock", 30, 6),
        ("nothing", "glass", 6, 1),
    ]
    common, rare = result.pairs
    assert common.counted.share is not None
    assert common.counted.share.low < 0.05 < common.counted.share.high
    assert rare.counted.share is None
    assert (result.differing.windows, result.differing.devices) == (36, 6)


def test_a_label_with_the_same_name_agrees_wherever_it_is() -> None:
    counts = np.zeros((5, 3, 3))
    counts[:, 2, 1] = 50
    result = disagreement_of(PairTable(FORMER, NEW, counts))
    assert (result.pairs, result.differing) == ((), CountedWindows(0, 0, None))


def test_of_no_device_nothing_is_known() -> None:
    result = disagreement_of(PairTable(FORMER, NEW, np.zeros((0, 3, 3))))
    assert (result.windows, result.devices, result.pairs) == (0, 0, ())

"""The list of what leaves a device names the bytes that the encoding writes, each once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rune.watch.counts import Counts
from rune.watch.description import bin_lines, counted_groups, described_bytes
from rune.watch.encoding import COUNTS_SIZE, encode
from rune.watch.layout import ConfidenceBins, FeatureBins, LabelBins, Statistic, WatchLayout
from rune.watch.record import WatchRecord, counts_from_json, counts_to_json

LEVEL = FeatureBins("audio", 0, Statistic.LEVEL, (4.0, 2.0**40))
LAYOUTS = (
    WatchLayout(LabelBins(("yes", "no"), (0, 1, 0)), ConfidenceBins((-102.0, 0.0), 1 / 256, -128), (LEVEL,)),
    WatchLayout(
        LabelBins(tuple("abcdefghijkl"), tuple(range(12))), ConfidenceBins(tuple(n / 16 for n in range(1, 16)))
    ),
    WatchLayout(None, None, (LEVEL, FeatureBins("picture", 1, Statistic.MEAN, ()))),
)
EACH_LAYOUT = pytest.mark.parametrize("layout", LAYOUTS, ids=["some bins", "all bins", "features alone"])


@EACH_LAYOUT
def test_each_byte_is_described_once(layout: WatchLayout) -> None:
    fields = described_bytes(layout, 24)
    offsets = [offset for field in fields for offset in range(field.offset, field.offset + field.size)]
    assert offsets == list(range(24, 24 + COUNTS_SIZE))


@EACH_LAYOUT
def test_a_bin_is_at_the_offset_that_the_list_says(layout: WatchLayout) -> None:
    empty, data = Counts.empty(layout), encode(Counts.empty(layout))
    fields = {field.meaning: field for field in described_bytes(layout)}
    groups = [empty.labels, empty.confidence, *empty.features]
    for number, group in enumerate(counted_groups(layout)):
        for place, meaning in enumerate(group.bins):
            counts = [list(each) for each in groups]
            counts[number][place] = 1
            changed = encode(
                replace(
                    empty, labels=tuple(counts[0]), confidence=tuple(counts[1]), features=tuple(map(tuple, counts[2:]))
                )
            )
            offsets = {offset for offset, byte in enumerate(changed) if byte != data[offset]}
            assert offsets == {fields[f"runs with {meaning}"].offset}


def test_edges_are_in_words() -> None:
    assert counted_groups(LAYOUTS[0])[1].bins == (
        "a confidence below 10.16 %",
        "a confidence from 10.16 % to below 50 %",
        "a confidence of 50 % or more",
    )
    assert counted_groups(LAYOUTS[0])[2].bins[-1] == "audio level of 1.09951e+12 or more"
    assert counted_groups(LAYOUTS[2])[3].bins == ("picture.1 mean of any size",)


@EACH_LAYOUT
def test_a_record_is_read_as_it_was_written(layout: WatchLayout) -> None:
    labels, confidence, *features = [tuple(range(size)) for size in layout.sizes]
    counts = Counts(labels, confidence, tuple(features))
    again = WatchRecord.from_json(WatchRecord(layout, counts).to_json())
    assert again.layout == layout
    assert again.reference is not None
    assert counts_to_json(again.reference) == counts_to_json(counts)
    assert counts_from_json(counts_to_json(counts), layout) == again.reference
    assert len(list(bin_lines(layout, counts))) == sum(size - 1 for size in layout.sizes if size)

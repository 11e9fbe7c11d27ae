"""The example recordings: of each kind, the same each time, and enough to learn from."""

from __future__ import annotations

from collections import Counter

import pytest

from rune.datasets.content.content import Kind, Quality
from rune.datasets.content.read import read_content
from rune.datasets.examples import EXAMPLE_COUNT, EXAMPLES_A_LABEL, example_recordings
from rune.datasets.label_names import BACKGROUND
from rune.datasets.splits import Split


@pytest.mark.parametrize("kind", Kind)
def test_two_labels_and_background_have_the_same_number_in_each_split(kind: Kind) -> None:
    recordings = list(example_recordings(kind))
    assert len(recordings) == EXAMPLE_COUNT
    labels = Counter(each.label for each in recordings)
    assert BACKGROUND in labels
    assert set(labels.values()) == {EXAMPLES_A_LABEL}
    assert {Counter((each.label, each.split) for each in recordings)[label, Split.TEST] for label in labels} == {4}
    assert len({each.data for each in recordings}) == EXAMPLE_COUNT, "each has other bytes"


@pytest.mark.parametrize("kind", Kind)
def test_a_recording_is_one_that_the_data_takes_and_the_same_each_time(kind: Kind) -> None:
    first, again = next(example_recordings(kind)), next(example_recordings(kind))
    assert first == again
    content = read_content(first.data)
    assert (content.kind, content.quality) in {(kind, Quality.GOOD), (kind, Quality.UNCHECKED)}

"""The contents of a version: canonical, read back as written, and compared."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some

from forge.datasets.versions.manifest import (
    Entry,
    LabelChange,
    compare,
    figures_of,
    manifest_bytes,
    read_manifest,
    sentences_of,
)
from tests.support.properties import examples

POSITIONS = some.fixed_dictionaries(
    {"label": some.text(min_size=1, max_size=4), "x": some.floats(0, 1), "y": some.floats(0, 1)}
)
ENTRIES = some.lists(
    some.builds(
        Entry,
        number=some.integers(1, 10**6),
        digest=some.integers(0, 2**64).map(lambda value: f"sha256:{value:064x}"),
        kind=some.sampled_from(["sound", "picture"]),
        label=some.text(min_size=1, max_size=12),
        split=some.sampled_from(["train", "validation", "test"]),
        group=some.none() | some.integers(1, 9),
        milliseconds=some.integers(0, 9000),
        positions=some.none() | some.lists(POSITIONS, max_size=3),
    ),
    unique_by=lambda entry: entry.number,
    max_size=12,
)
ONE = Entry(1, f"sha256:{1:064x}", "sound", "knock", "train", 1, 1500)


@pytest.mark.slow
@examples(50)
@given(ENTRIES, some.randoms())
def test_the_same_samples_give_the_same_bytes_in_any_order(entries: list[Entry], random: some.DrawFn) -> None:
    permutation = list(entries)
    random.shuffle(permutation)  # type: ignore[attr-defined]
    assert manifest_bytes(permutation) == manifest_bytes(entries)
    assert list(read_manifest(manifest_bytes(entries))) == sorted(entries, key=lambda entry: entry.number)


def test_the_form_of_a_version_stays_what_it_is() -> None:
    """Digests of versions are in people's files: another form would be another digest for the same samples."""
    expected = "fd40"
    assert sha256(manifest_bytes([ONE, replace(ONE, number=2, group=None)])).hexdigest()[:4] == expected


def test_positions_are_part_of_a_version_and_none_is_not_the_same_as_nobody_looked() -> None:
    forms = [None, [], [{"label": "bolt", "x": 0.5, "y": 0.25}]]
    manifests = [manifest_bytes([replace(ONE, kind="picture", positions=each)]) for each in forms]  # type: ignore[arg-type]
    assert len(set(manifests)) == 3
    assert b"positions" not in manifests[0]
    assert [read_manifest(each)[0].positions for each in manifests] == forms


def test_figures_count_labels_splits_groups_and_time() -> None:
    figures = figures_of([ONE, replace(ONE, number=2, group=None, split="test"), replace(ONE, number=3, label="glass")])
    assert (figures.samples, figures.groups, figures.milliseconds) == (3, 1, 4500)
    assert (figures.labels, figures.splits) == ({"glass": 1, "knock": 2}, {"test": 1, "train": 2})


def test_a_comparison_names_what_came_what_went_and_what_has_another_label() -> None:
    before = [replace(ONE, number=number) for number in (1, 2, 3, 4)]
    after = [replace(ONE, number=1, label="glass"), replace(ONE, number=4), replace(ONE, number=5, group=2)]
    comparison = compare(before, after, tombstones={3, 9})
    assert (comparison.added_numbers, comparison.excluded_numbers, comparison.deleted_numbers) == ([5], [2], [3])
    assert (comparison.label_changes, comparison.new_groups) == ([LabelChange(1, "knock", "glass")], 1)
    assert sentences_of(comparison) == [
        "1 sample added",
        "1 group added",
        "1 label corrected",
        "1 sample left out",
        "1 sample deleted",
    ]
    assert sentences_of(compare(before, before, ())) == []

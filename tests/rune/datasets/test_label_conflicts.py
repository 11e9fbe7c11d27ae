"""The same bytes under two labels: what is a conflict, and what settles it."""

from __future__ import annotations

import pytest

from rune.datasets.label_conflicts import (
    ConflictChoice,
    LabelConflict,
    LabelSource,
    RecordingLabel,
    StoredLabel,
    UnknownSettlement,
    compare_labels,
    settle,
    with_labels,
)

KNOCK, GLASS = LabelSource("knock", "knock/a.wav"), LabelSource("glass", "glass/b.wav")
STORED = StoredLabel(7, "cup")


def recording(digest: str, path: str) -> RecordingLabel:
    label, _, _ = path.rpartition("/")
    return RecordingLabel(digest, label, path)


def test_bytes_in_two_folders_are_a_conflict_and_bytes_twice_in_one_are_none() -> None:
    archive = [recording("1", "knock/a.wav"), recording("1", "glass/b.wav"), recording("1", "glass/c.wav")]
    comparison = compare_labels([*archive, recording("2", "knock/d.wav"), recording("2", "knock/e.wav")], {})
    assert comparison.conflicts == (LabelConflict("1", None, (KNOCK, LabelSource("glass", "glass/b.wav", 2))),)
    assert (comparison.repeated_count, comparison.known_count) == (1, 0)


def test_bytes_that_are_stored_under_another_label_are_a_conflict() -> None:
    samples = {"1": STORED, "2": StoredLabel(8, "knock")}
    comparison = compare_labels([recording("1", "knock/a.wav"), recording("2", "knock/b.wav")], samples)
    assert comparison.conflicts == (LabelConflict("1", STORED, (KNOCK,)),)
    assert (comparison.repeated_count, comparison.known_count) == (0, 1)


@pytest.mark.parametrize(
    ("sample", "paths", "conflicts"),
    [
        (StoredLabel(1, "knock"), ["a.wav"], False),
        (StoredLabel(1, ""), ["knock/a.wav"], True),
        (StoredLabel(1, ""), ["a.wav"], False),
        (None, ["a.wav", "knock/a.wav"], True),
        (None, ["a.wav", "b.wav"], False),
    ],
)
def test_a_recording_without_a_label_contradicts_no_stored_one(
    sample: StoredLabel | None, paths: list[str], conflicts: bool
) -> None:
    samples = {} if sample is None else {"1": sample}
    assert bool(compare_labels([recording("1", path) for path in paths], samples).conflicts) == conflicts


def test_labels_that_are_not_imported_conflict_with_nothing() -> None:
    conflict, other = LabelConflict("1", None, (KNOCK, GLASS)), LabelConflict("2", STORED, (KNOCK, GLASS))
    assert with_labels([conflict, other], {"knock"}) == (LabelConflict("2", STORED, (KNOCK,)),)
    assert with_labels([conflict, other], {"other"}) == ()
    assert with_labels([conflict, other], None) == (conflict, other)


IN_ARCHIVE = LabelConflict("1", None, (KNOCK, GLASS))
WITH_STORED = LabelConflict("2", STORED, (KNOCK,))
WITH_BOTH = LabelConflict("3", STORED, (KNOCK, GLASS))
ALL = (IN_ARCHIVE, WITH_STORED, WITH_BOTH)


@pytest.mark.parametrize(
    ("choice", "labels", "unsettled"),
    [
        (None, {}, ALL),
        (ConflictChoice.STORED, {"2": "cup", "3": "cup"}, (IN_ARCHIVE,)),
        (ConflictChoice.IMPORT, {"2": "knock"}, (IN_ARCHIVE, WITH_BOTH)),
        (ConflictChoice.LEAVE_OUT, {"1": None, "2": None, "3": None}, ()),
    ],
)
def test_one_choice_settles_what_it_can(
    choice: ConflictChoice | None, labels: dict[str, str | None], unsettled: tuple[LabelConflict, ...]
) -> None:
    settlement = settle(ALL, choice, {})
    assert (settlement.labels, settlement.unsettled) == (labels, unsettled)


def test_a_choice_for_one_comes_before_that_for_all() -> None:
    settlement = settle(ALL, ConflictChoice.STORED, {"1": "glass", "3": None})
    assert (settlement.labels, settlement.unsettled) == ({"1": "glass", "2": "cup", "3": None}, ())


@pytest.mark.parametrize("choice", [{"1": "cup"}, {"1": ""}, {"9": "knock"}, {"2": "glass"}, {"9": None}])
def test_a_label_that_the_recording_does_not_have_is_refused(choice: dict[str, str | None]) -> None:
    with pytest.raises(UnknownSettlement):
        settle(ALL, ConflictChoice.LEAVE_OUT, choice)

"""Splits of a folder: by group, stored, never on two sides; and refusals of data that is too little for them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lab.dataset.one_person import by_recording
from lab.dataset.recording import Recording
from lab.dataset.requirements import require_recordings, require_splits, unnamed_people, warnings
from lab.dataset.splitting import divide, name_of, splits_of_bytes, splits_to_bytes
from lab.refusal import Reason, Refused
from rune.datasets.content.content import Kind, Quality
from rune.datasets.splits import Split
from tests.support.cases import each_case


def recording(label: str, number: int, group: str = "", split: str = "") -> Recording:
    return Recording(
        f"{label}/{number}.csv", label, f"{label} {number}".encode(), Kind.MOTION, Quality.GOOD, group, split
    )


def people(count: int, labels: tuple[str, ...] = ("glass", "knock"), takes: int = 2) -> list[Recording]:
    return [
        recording(label, person * takes + take, f"person {person}")
        for label in labels
        for person in range(count)
        for take in range(takes)
    ]


ARRIVALS = some.lists(some.tuples(some.integers(0, 12), some.sampled_from(["a", "b", "c"])), min_size=1, max_size=60)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(ARRIVALS, ARRIVALS)
def test_recordings_keep_their_split_and_groups_stay_whole(
    first: list[tuple[int, str]], more: list[tuple[int, str]]
) -> None:
    earlier = [recording(label, place, f"p{group}" if group else "") for place, (group, label) in enumerate(first)]
    later = [
        *earlier,
        *(recording(label, 1000 + place, f"p{group}" if group else "") for place, (group, label) in enumerate(more)),
    ]
    before = divide(earlier, {})
    after = divide(later, splits_of_bytes(splits_to_bytes(before.stored_splits), "splits.json"))
    assert list(after.of_recordings[: len(earlier)]) == list(before.of_recordings)
    sides = defaultdict(set)
    for each, split in zip(later, after.of_recordings, strict=True):
        sides[name_of(each)].add(split)
    assert all(len(splits) == 1 for splits in sides.values())


def test_five_people_of_each_label_stand_on_all_three_sides() -> None:
    recordings = people(5)
    require_recordings(recordings, Kind.MOTION, "motion")
    splits = divide(recordings, {}).of_recordings
    require_splits(recordings, splits)
    train_count = sum(split is Split.TRAIN for split in splits)
    assert train_count == 12


def test_splits_of_the_data_set_go_before() -> None:
    recordings = [replace(each, split="test") for each in people(1)]
    assert set(divide(recordings, {}).of_recordings) == {Split.TEST}


@pytest.mark.parametrize("group", ["", "person {}"])
def test_without_a_split_validation_a_part_of_train_is_for_it_and_people_stay_whole(group: str) -> None:
    """The archives of Edge Impulse and MNIST have two splits."""
    recordings = [
        replace(each, group=each.group and group.format(each.group), split="test" if "5" in each.group else "train")
        for each in people(6)
    ]
    division = divide(recordings, {})
    require_splits(recordings, division.of_recordings)
    sides = defaultdict(set)
    for each, split in zip(recordings, division.of_recordings, strict=True):
        assert (split is Split.TEST) == (each.split == "test")
        sides[name_of(each)].add(split)
    assert all(len(splits) == 1 for splits in sides.values())
    validation = list(division.of_recordings).count(Split.VALIDATION)
    assert division.notes == (
        f"The data has no split validation, so {validation} of the 20 recordings of train choose the best epoch.",
    )
    again = divide(recordings, splits_of_bytes(splits_to_bytes(division.stored_splits), "splits.json"))
    assert again.of_recordings == division.of_recordings


def test_where_a_label_has_nobody_for_validation_it_is_refused() -> None:
    recordings = [replace(each, split="test" if each.group == "person 1" else "train") for each in people(2)]
    with pytest.raises(Refused, match="glass and knock have no recordings in the split validation"):
        require_splits(recordings, divide(recordings, {}).of_recordings)


def test_labels_without_a_split_are_named_in_one_sentence_and_few_of_many_by_name() -> None:
    recordings = [recording(f"label {number}", number) for number in range(7)]
    with pytest.raises(Refused) as error:
        require_splits(recordings, [Split.TRAIN] * 7)
    labels = "label 0, label 1, label 2, label 3, label 4 and 2 other labels"
    assert str(error.value).startswith(f"{labels} have no recordings in the split validation.")


@each_case(
    ("recordings", "message"),
    [
        (people(2), "glass has 2 people; 5 are needed for a split by person"),
        ([*people(6, ("knock",)), *people(1, ("glass",))], "glass has 1 person; 5 are needed"),
        ([recording(label, number) for label in "ab" for number in range(4)], "a has 4 recordings; 10 are needed"),
        (people(6, ("knock",)), 'All recordings are of the label "knock"'),
        ([replace(people(6)[0], kind=Kind.SOUND), *people(6)], "learns from motion, and"),
        ([recording(f"label {number}", number) for number in range(201)], "The data has 201 labels"),
    ],
)
def test_data_that_is_too_little_is_refused_by_name(recordings: list[Recording], message: str) -> None:
    with pytest.raises(Refused, match=message) as error:
        require_recordings(recordings, Kind.MOTION, "motion")
    assert error.value.reason is Reason.DATA


def test_splits_that_contradict_each_other_are_refused() -> None:
    one, other, *_ = people(1)
    with pytest.raises(Refused, match="has no split, and others have one"):
        divide([replace(one, split="train"), other], {})
    with pytest.raises(Refused, match='"person 0" has recordings in the splits test and train'):
        divide([replace(one, split="train"), replace(other, split="test")], {})
    with pytest.raises(Refused, match="glass has no recordings in the split validation"):
        require_splits([one, other], [Split.TRAIN, Split.TEST])
    for data in (b"[]", b"{}", b"\xff", b'{"splits": {"a": "somewhere"}}'):
        with pytest.raises(Refused, match="is not a list of splits"):
            splits_of_bytes(data, "splits.json")


@each_case(("split", "train_count"), [("", 28), ("train", 34)])
def test_recordings_of_one_person_are_divided_among_themselves(split: str, train_count: int) -> None:
    of_one = by_recording([replace(each, split=split) for each in people(1, takes=20)])
    require_recordings(of_one.recordings, Kind.MOTION, "motion")
    splits = divide(of_one.recordings, {}).of_recordings
    require_splits(of_one.recordings, splits)
    assert sum(each is Split.TRAIN for each in splits) == train_count
    assert (Split.TEST in splits) == (split == ""), "samples to learn from became test samples"
    assert "All recordings are of one person" in of_one.notes[0]


@each_case(
    "recordings",
    [
        people(2),
        [*people(1), recording("glass", 100)],
        [replace(each, split="test") for each in people(1)],
        [recording("glass", number) for number in range(20)],
    ],
)
def test_recordings_of_others_or_for_tests_are_not(recordings: list[Recording]) -> None:
    assert by_recording(recordings).recordings == recordings
    assert by_recording(recordings).notes == ()


def test_what_lacks_a_split_by_person_is_said_with_what_to_do() -> None:
    recordings = [replace(each, split="test" if each.group == "person 1" else "train") for each in people(2)]
    with pytest.raises(Refused, match="Nobody is in two splits: record 5 people of each label"):
        require_splits(recordings, divide(recordings, {}).of_recordings)


def test_weak_data_is_warned_of() -> None:
    weak = [replace(each, quality=Quality.STILL) for each in people(6)[:2]]
    assert list(warnings(weak)) == [
        "2 recordings of glass are without any change. They are learned like the others. Check the sensor; remove what "
        "it did not measure, or record it again."
    ]
    quiet = [replace(weak[0], quality=Quality.QUIET), replace(weak[0], label="silence", quality=Quality.QUIET)]
    assert list(warnings(quiet)) == [
        "1 recording of glass is quiet, below 2 % of full scale. It is learned like the others. Remove what cannot be "
        "heard, or record it again, louder."
    ]
    assert "does not say who was recorded" in next(unnamed_people([recording("a", 1)]))
    assert list(unnamed_people(people(6))) == []

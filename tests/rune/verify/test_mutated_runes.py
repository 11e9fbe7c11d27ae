"""Every change of a rune's code or constants that changes what it sends, or what its model gives, is found."""

from __future__ import annotations

import pytest

from rune.files import MemoryFiles
from tests.proof.mutants import Recorder
from tests.rune.verify.mutated_runes import Subject, judge
from tests.rune.verify.test_own_tensors import label_only

COUNT = 200


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject(MemoryFiles(label_only()))


def test_a_rune_that_was_not_changed_is_found_right(subject: Subject) -> None:
    found = subject.verified(subject.rune)
    assert found.is_within
    assert not found.is_undecided
    assert subject.right.error is None
    assert len(set(subject.right.tensors)) > 1


def test_two_hundred_changes_are_found(subject: Subject) -> None:
    counts = judge(subject, range(COUNT))
    assert counts["change outputs"] >= 5
    assert counts["change the model's output alone"] >= 20
    assert counts["do not run"] >= 5


@pytest.mark.proof
def test_thousands_of_changes_are_found(subject: Subject, record_property: Recorder) -> None:
    for what, count in judge(subject, range(COUNT, 5_000)).items():
        record_property(what, count)

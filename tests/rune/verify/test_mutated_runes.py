"""Every change of a rune's code or constants that changes what it sends, or what its model gives, is found."""

from __future__ import annotations

import pytest

from rune.files import MemoryFiles
from tests.model_cases import compiled_model
from tests.proof.mutants import Recorder
from tests.rune.verify.mutated_runes import Subject, judge

COUNT = 200

LABELLED = """
version: 1
image: runicos/base
pipeline:
  numbers:
    capability: RAW
    outputs: [{type: i8, dimensions: [1, 8, 3, 1]}]
    args: {length: 24}
  model:
    model: model.tflite
    inputs: [numbers]
    outputs: [{type: i8, dimensions: [1, 4]}]
  best:
    proc-block: hotg-ai/proc-blocks#most_confident_indices
    inputs: [model]
    outputs: [{type: u32, dimensions: [1]}]
    args: {count: 1}
  answer: {out: serial, inputs: [best]}
"""
"""A small model behind an index: most changes of its weights are not seen in that."""


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject(MemoryFiles({"Runefile.yml": LABELLED.encode(), "model.tflite": compiled_model("chain_i8_dense")}))


def test_a_rune_that_was_not_changed_is_found_right(subject: Subject) -> None:
    found = subject.verified(subject.rune)
    assert found.is_within
    assert not found.is_undecided
    assert subject.right.error is None
    assert len(set(subject.right.tensors)) > 1


def test_two_hundred_changes_are_found(subject: Subject) -> None:
    counts = judge(subject, range(COUNT))
    assert sum(counts.values()) == COUNT
    assert counts["change the model's output alone"] > counts["change outputs"] > 0, "the index hides most"
    assert counts["do not run"] > 10


@pytest.mark.proof
def test_thousands_of_changes_are_found(subject: Subject, record_property: Recorder) -> None:
    for what, count in judge(subject, range(COUNT, 5_000)).items():
        record_property(what, count)

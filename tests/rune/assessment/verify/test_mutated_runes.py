"""Every change of a rune's code or constants that changes what it sends, or what its model gives, is found."""

from __future__ import annotations

import pytest

from rune.project.files import MemoryFiles
from tests.rune.assessment.verify.mutated_runes import MutantSubject, SecondSubject, judge
from tests.support.compiler.mutants import Recorder
from tests.support.models.model_cases import compiled_model

COUNT, SECOND_COUNT = 200, 48

WITH_LABELS = """
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
def subject() -> MutantSubject:
    return MutantSubject(
        MemoryFiles({"Runefile.yml": WITH_LABELS.encode(), "model.tflite": compiled_model("chain_i8_dense")})
    )


@pytest.fixture(scope="module")
def second() -> SecondSubject:
    files = {"Runefile.yml": WITH_LABELS.encode(), "model.tflite": compiled_model("chain_i8_dense")}
    return SecondSubject(MemoryFiles(files))


def test_a_rune_that_was_not_changed_is_found_right(subject: MutantSubject) -> None:
    verification = subject.verified(subject.rune)
    assert verification.is_within
    assert not verification.is_undecided
    assert subject.right.error is None
    assert len(set(subject.right.tensors)) > 1


@pytest.mark.protects("compiling/false-runes")
@pytest.mark.slow
def test_two_hundred_changes_are_found(subject: MutantSubject) -> None:
    counts = judge(subject, range(COUNT))
    assert sum(counts.values()) == COUNT
    assert counts["change the model's output alone"] > counts["change outputs"] > 0, "the index hides most"
    assert counts["do not run"] > 10


@pytest.mark.protects("compiling/second-module")
def test_changes_of_a_second_module_are_found(second: SecondSubject) -> None:
    assert second.verified(second.rune).is_within
    counts = judge(second, range(SECOND_COUNT))
    assert sum(counts.values()) == SECOND_COUNT
    assert counts["change the model's output alone"] + counts["change outputs"] > 2
    assert counts["do not run"] > 2


@pytest.mark.proof
def test_hundreds_of_changes_of_a_second_module_are_found(second: SecondSubject, record_property: Recorder) -> None:
    for what, count in judge(second, range(SECOND_COUNT, 600)).items():
        record_property(what, count)


@pytest.mark.proof
def test_thousands_of_changes_are_found(subject: MutantSubject, record_property: Recorder) -> None:
    for what, count in judge(subject, range(COUNT, 5_000)).items():
        record_property(what, count)

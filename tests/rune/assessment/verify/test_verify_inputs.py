"""Inputs that are made up: the same for a seed, with noise, zeros and the ends of the range."""

from __future__ import annotations

import struct

import pytest

from rune.assessment.verify.inputs import generated_tensor
from rune.assessment.verify.samples import input_sets
from rune.capabilities.sound import SOUND
from rune.source.runefile.pipeline import CapabilityStage
from rune.tensor import ElementType, TensorType

NUMERIC = [element for element in ElementType if element is not ElementType.UTF8]


@pytest.mark.parametrize("element", NUMERIC)
def test_generated_tensors_have_their_size_and_repeat_with_their_seed(element: ElementType) -> None:
    kind = TensorType(element, (3, 50))
    tensors = [generated_tensor(kind, number, 1) for number in range(12)]
    assert all(len(data) == kind.size for data in tensors)
    assert tensors == [generated_tensor(kind, number, 1) for number in range(12)]
    assert tensors[0] != generated_tensor(kind, 0, 2)


def test_a_quantised_input_meets_the_ends_of_its_range() -> None:
    kind = TensorType(ElementType.I8, (40,))
    tensors = {generated_tensor(kind, number, 1) for number in range(8)}
    assert {b"\x00" * 40, b"\x80" * 40, b"\x7f" * 40} <= tensors


def test_floats_are_finite_and_not_all_small() -> None:
    kind = TensorType(ElementType.F32, (200,))
    values = [value for number in range(20) for value in struct.unpack("<200f", generated_tensor(kind, number, 1))]
    assert max(values) > 100
    assert min(values) < -1
    assert all(abs(value) < 1e6 for value in values)


def test_indices_stay_small() -> None:
    kind = TensorType(ElementType.I32, (100,))
    assert all(0 <= value < 4 for value in struct.unpack("<100i", generated_tensor(kind, 5, 1)))


def test_sets_begin_with_files_and_fill_up_with_generated_input() -> None:
    kind = TensorType(ElementType.I16, (8,))
    stages = [CapabilityStage(name, SOUND, (("hz", 8000),), kind) for name in ("one", "other")]
    recordings = [(b"a" * 16, b"b" * 16), (b"c" * 16,)]
    sets = list(input_sets(stages, recordings, 5, 1))
    assert [each.is_from_file for each in sets] == [True, True, False, False, False]
    assert sets[0].data == (b"a" * 16, b"c" * 16)
    assert sets[1].data[0] == b"b" * 16
    assert len({each.data for each in sets}) == 5

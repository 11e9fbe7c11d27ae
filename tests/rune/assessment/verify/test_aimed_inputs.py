"""Aimed inputs lie in pairs on both sides of a threshold, a step of one number apart."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import islice

from rune.assessment.verify.models.boundary_inputs import aimed_inputs
from rune.tensor import ElementType, TensorType

BYTES = TensorType(ElementType.I8, (40,))
FLOATS = TensorType(ElementType.F32, (3,))


def loudness(inputs: Sequence[bytes]) -> Sequence[bytes]:
    """One of four levels."""
    total = sum(struct.unpack("40b", inputs[0]))
    return [bytes([0 if total < -50 else 1 if total < 0 else 2 if total < 70 else 3])]


def test_each_pair_is_told_apart_and_a_step_apart() -> None:
    pairs = list(islice(aimed_inputs(loudness, [BYTES], 1), 12))
    assert len(pairs) == 12
    for before, after in zip(pairs[::2], pairs[1::2], strict=True):
        assert loudness(before) != loudness(after)
        differences = [
            abs(x - y) for x, y in zip(*(struct.unpack("40b", each[0]) for each in (before, after)), strict=True)
        ]
        assert sum(differences) == 1


def test_floats_are_brought_as_close_as_they_can_be() -> None:
    def sign(inputs: Sequence[bytes]) -> Sequence[bytes]:
        return [bytes([sum(struct.unpack("3f", inputs[0])) > 0.25])]

    before, after = islice(aimed_inputs(sign, [FLOATS], 2), 2)
    pair = [struct.unpack("3f", each[0]) for each in (before, after)]
    (different,) = [(x, y) for x, y in zip(*pair, strict=True) if x != y]
    assert abs(different[0] - different[1]) <= 1e-6 * max(1.0, *map(abs, different))


def test_the_same_seed_gives_the_same_inputs() -> None:
    first, second, other = (list(islice(aimed_inputs(loudness, [BYTES], seed), 4)) for seed in (1, 1, 2))
    assert first == second != other


def test_a_model_of_one_result_has_no_thresholds() -> None:
    assert list(aimed_inputs(lambda inputs: [b"\0"], [BYTES], 1)) == []

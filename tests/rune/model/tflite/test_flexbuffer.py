"""The options of custom operators: the values of a FlexBuffer's map, and an error for other bytes."""

from __future__ import annotations

import random

import pytest
from flatbuffers import flexbuffers

from rune.model.tflite.format.flexbuffer import LARGEST, BadFlexBuffer, map_numbers
from tests.support.cases import each_case

GOOD = {"whole": 3, "below": -70000, "large": 2**40, "real": 0.25, "fine": 0.1, "yes": True, "no": False}


def test_numbers_are_read_by_their_keys() -> None:
    assert map_numbers(flexbuffers.Dumps(GOOD)) == GOOD


def test_a_map_may_be_empty_and_what_is_no_number_is_left_out() -> None:
    assert map_numbers(flexbuffers.Dumps({})) == {}
    assert map_numbers(flexbuffers.Dumps({"text": "a", "list": [1, 2], "more": {"a": 1}, "one": 1})) == {"one": 1}


@each_case("value", [3, "text", [1, 2], None])
def test_what_is_no_map_is_refused(value: object) -> None:
    with pytest.raises(BadFlexBuffer):
        map_numbers(flexbuffers.Dumps(value))


@each_case("data", [b"", b"\0", b"\x24\x01", b"\xff" * 9, b"\0" * 9])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BadFlexBuffer):
        map_numbers(data)


def test_a_map_of_too_many_entries_is_refused() -> None:
    with pytest.raises(BadFlexBuffer, match="entries"):
        map_numbers(flexbuffers.Dumps({str(number): number for number in range(LARGEST + 1)}))


@pytest.mark.protects("compiling/called-graphs")
def test_a_map_with_faults_is_read_or_refused() -> None:
    good, choose = bytes(flexbuffers.Dumps(GOOD)), random.Random(1)
    refusals = 0
    for _ in range(3000):
        data = bytearray(good)
        for _ in range(choose.randrange(1, 4)):
            data[choose.randrange(len(data))] = choose.choice((0, 1, 2, 127, 128, 255, choose.randrange(256)))
        try:
            map_numbers(bytes(data))
        except BadFlexBuffer:
            refusals += 1
    assert 300 < refusals < 3000

"""Reading what a rune says: SERIAL, TENSOR and log records, well formed and not."""

from __future__ import annotations

import json
import math
import struct

import pytest

from rune.abi import OutputKind
from rune.running.runtime.errors import BadOutput
from rune.running.runtime.messages import LogLine, OutputTensor, read_log_line, read_message
from rune.tensor import ElementType, TensorType, parse_shape
from tests.support.cases import each_case


def serial(document: object) -> tuple[OutputTensor, ...]:
    return read_message(1, OutputKind.SERIAL, json.dumps(document).encode()).tensors


def record(name: str, elements: list[object], dimensions: list[int] | None = None) -> dict[str, object]:
    return {"channel": 2, "type_name": name, "elements": elements, "dimensions": dimensions or [len(elements)]}


def tensor(shape: str, raw: bytes) -> bytes:
    return struct.pack("<I", len(shape)) + shape.encode() + raw


def test_one_record_and_a_list_of_records_are_both_read() -> None:
    assert serial(record("i8", [-1, 2])) == (OutputTensor(ElementType.I8, (2,), (-1, 2)),)
    both = serial([record("f32", [0.5, 1]), record("utf8", ["up"])])
    assert [part.elements for part in both] == [(0.5, 1.0), ("up",)]


def test_texts_of_the_oldest_runes_are_read() -> None:
    assert serial(record("&str", ["a"]))[0].element is ElementType.UTF8
    assert serial({"type_name": "&str", "string": "a", "channel": 2})[0].elements == ("a",)


def test_what_is_not_finite_arrives_as_null() -> None:
    (values,) = serial(record("f32", [None, 1.5]))
    assert math.isnan(float(values.elements[0]))


@each_case(
    "document",
    [
        7,
        {},
        record("f31", [1]),
        record("u8", [1.5]),
        record("u8", [True]),
        record("utf8", [1]),
        record("f32", ["1"]),
        record("u8", [1, 2], [3]),
        record("u8", [1], [-1]),
        record("u8", [256]),
        record("u8", [-1]),
        record("i64", [10**400]),
        record("f32", [1e300]),
        {"type_name": "u8", "elements": [1]},
    ],
)
def test_a_record_that_does_not_fit_is_refused(document: object) -> None:
    with pytest.raises(BadOutput):
        serial(document)


@each_case("data", [b"", b"\xff", b"{", b"[" * 100_000])
def test_text_that_is_not_json_is_refused(data: bytes) -> None:
    with pytest.raises(BadOutput):
        read_message(1, OutputKind.SERIAL, data)


def test_tensors_follow_one_another() -> None:
    data = tensor("u8[2]", b"\1\2") + tensor("i16[1, 2]", struct.pack("<2h", -5, 6))
    parts = read_message(1, OutputKind.TENSOR, data).tensors
    assert [(part.dimensions, part.elements) for part in parts] == [((2,), (1, 2)), ((1, 2), (-5, 6))]


def test_texts_in_a_tensor_have_their_lengths_in_front() -> None:
    data = tensor("utf8[2]", b"\2\0\0\0up\0\0\0\0")
    assert read_message(1, OutputKind.TENSOR, data).tensors[0].elements == ("up", "")


@each_case(
    "data",
    [
        b"\1",
        b"\xff\xff\xff\xff",
        tensor("u8[2]", b"\1"),
        tensor("x8[2]", b"\1\2"),
        tensor("f32[99999999999, 9999999999]", b""),
        tensor("utf8[4294967295]", b""),
    ],
)
def test_a_tensor_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(BadOutput):
        read_message(1, OutputKind.TENSOR, data)


def test_outputs_that_nobody_described_are_refused() -> None:
    with pytest.raises(BadOutput, match="BLE"):
        read_message(1, OutputKind.BLE, b"")


def test_shapes_are_read_with_and_without_dimensions() -> None:
    assert parse_shape("f32[1, 2]") == parse_shape(" f32[ 1,2 ] ") == TensorType(ElementType.F32, (1, 2))
    assert parse_shape("u8") == parse_shape("u8[]") == TensorType(ElementType.U8, ())
    with pytest.raises(ValueError):
        parse_shape("u8[1")


def test_log_records_and_plain_words_are_both_kept() -> None:
    assert read_log_line(b'{"level": "warn", "message": "hot"}') == LogLine("WARN", "hot")
    assert read_log_line(b"panicked") == LogLine("INFO", "panicked")
    assert read_log_line(b'{"level": 3}') == LogLine("INFO", '{"level": 3}')

"""Looks through an .onnx file before a runtime reads it: well formed, and with nothing in it that leads out of it.

ONNX lets a tensor name a file beside the model. Whose bytes come from a stranger must not choose files of this machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

DEPTH_LIMIT: Final = 16
"""Graphs inside of graphs, with the messages between."""
FIELD_LIMIT: Final = 2_000_000
"""Fields that are looked at in one file."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_EXTERNAL: Final = 1
_ORT_MARK: Final = b"ORTM"
"""The bytes by which onnxruntime takes a file for a flatbuffer of its own, whatever else it may be."""

# The messages of onnx.proto3 in which a tensor can stand, by the numbers of the fields that lead there.
_CHILDREN: Final = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14


class OnnxError(Exception):
    """The fault of the file, and its byte, counted from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} (at byte {offset})")
        self.offset = offset


def check_onnx(data: bytes) -> None:
    """Raises `OnnxError` for bytes that are no model, or one that refers to other files."""
    if not data:
        raise OnnxError("the file is empty", 0)
    if data[4:8] == _ORT_MARK:
        raise OnnxError("the file is in the format of onnxruntime itself, which is not checked here", 4)
    view = memoryview(data)
    has_graph = False
    remaining = FIELD_LIMIT
    todo = [("model", 0, len(view), 0)]
    while todo:
        kind, start, end, depth = todo.pop()
        if depth > DEPTH_LIMIT:
            raise OnnxError(f"the model is nested more than {DEPTH_LIMIT} deep", start)
        for number, wire, value_start, value_end, value in _fields(view, start, end):
            remaining -= 1
            if remaining < 0:
                raise OnnxError(f"the model has more than {FIELD_LIMIT} fields", value_start)
            if kind == "tensor" and (number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value == _EXTERNAL)):
                raise OnnxError("the model has its weights in another file; export it as a single file", value_start)
            child = _CHILDREN[kind].get(number)
            if child is not None:
                if wire != _BYTES:
                    raise OnnxError(f"field {number} of the {kind} is not a message", value_start)
                has_graph = has_graph or child == "graph"
                todo.append((child, value_start, value_end, depth + 1))
    if not has_graph:
        raise OnnxError("the file has no graph; it is not an ONNX model", 0)


def _fields(view: memoryview, start: int, end: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Number, wire type, first byte and end of the value, and its number where it is one."""
    at = start
    while at < end:
        key, at = _varint(view, at, end)
        number, wire = key >> 3, key & 7
        value = 0
        if wire == _VARINT:
            value, after = _varint(view, at, end)
        elif wire == _BYTES:
            length, at = _varint(view, at, end)
            after = at + length
        elif wire in (_FIXED64, _FIXED32):
            after = at + (8 if wire == _FIXED64 else 4)
        else:
            raise OnnxError(f"the file is not an ONNX model: a field has the unknown wire type {wire}", at)
        if number == 0 or after > end:
            raise OnnxError("the file is not an ONNX model, or is cut short", at)
        yield number, wire, at, after, value
        at = after


def _varint(view: memoryview, at: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= end:
            raise OnnxError("the file is not an ONNX model, or is cut short", at)
        byte = view[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise OnnxError("the file is not an ONNX model: a number does not end", at)

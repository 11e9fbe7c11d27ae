"""ONNX files for tests, written field by field: good ones, and those with one thing wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lab.formats.onnx.model import Attribute, OnnxInput, OnnxModel, OnnxNode
from lab.formats.onnx.translating import TranslatedModel
from lab.formats.onnx.writing import write_onnx
from lab.formats.protobuf import bytes_field, number_field
from lab.quantize.noise import RunningModel
from rune.model.tflite import read_model

X = OnnxInput("x", (1, 4), "float32")


def node(op: str, inputs: Sequence[str] = ("x",), outputs: Sequence[str] = ("y",), **attributes: Attribute) -> OnnxNode:
    return OnnxNode(op, f"the {op}", tuple(inputs), tuple(outputs), attributes)


def model(*nodes: OnnxNode, inputs: Sequence[OnnxInput] = (X,), opset: int = 18, **constants: Any) -> OnnxModel:
    """A model whose last node gives its output."""
    arrays = {name: np.asarray(value) for name, value in constants.items()}
    return OnnxModel(nodes, arrays, tuple(inputs), (nodes[-1].outputs[0],), opset, "test")


def write(path: Path, one: OnnxModel) -> Path:
    path.write_bytes(write_onnx(one))
    return path


def file_of(graph: bytes, opset: int = 18) -> bytes:
    """A file around the bytes of a graph."""
    return number_field(1, 10) + bytes_field(7, graph) + bytes_field(8, number_field(2, opset))


def tensor(name: str, shape: Sequence[int], data: bytes = b"", *, kind: int = 1, rest: bytes = b"") -> bytes:
    """The bytes of an array, whatever it claims."""
    sizes = b"".join(number_field(1, size) for size in shape)
    return sizes + number_field(2, kind) + bytes_field(8, name) + (bytes_field(9, data) if data else b"") + rest


def stored_in(location: str, offset: str = "0", length: str = "16") -> bytes:
    """The fields of an array that is stored in another file."""
    pairs = {"location": location, "offset": offset, "length": length}
    entries = b"".join(bytes_field(13, bytes_field(1, key) + bytes_field(2, value)) for key, value in pairs.items())
    return entries + number_field(14, 1)


def described(name: str, *sizes: int | str, kind: int = 1) -> bytes:
    """An input or output with its shape; a text stands for an open dimension."""
    dimensions = b"".join(
        bytes_field(1, number_field(1, size) if isinstance(size, int) else bytes_field(2, size)) for size in sizes
    )
    return bytes_field(1, name) + bytes_field(2, bytes_field(1, number_field(1, kind) + bytes_field(2, dimensions)))


def added(array: bytes) -> bytes:
    """A file of a model that adds an array to its input."""
    operator = bytes_field(1, "x") + bytes_field(1, "w") + bytes_field(2, "y") + bytes_field(4, "Add")
    graph = bytes_field(1, operator) + bytes_field(5, array)
    return file_of(graph + bytes_field(11, described("x", 1, 4)) + bytes_field(12, described("y")))


def ops(translation: TranslatedModel) -> list[str]:
    return [operator.op for operator in read_model(translation.data).operators]


def answer(translation: TranslatedModel, *values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The first output of a translated model for inputs in the order of the source."""
    inputs = [value.transpose(one.order) for value, one in zip(values, translation.inputs, strict=True)]
    return RunningModel(translation.data).run(inputs)[0]

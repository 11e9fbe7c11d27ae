"""Writes a model that was read as a clean ONNX file: what the reader knows, and nothing else of the original."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lab.formats.onnx.model import LEARNERS_DOMAIN, Array, Attribute, OnnxInput, OnnxModel, OnnxNode
from lab.formats.onnx.tensors import NUMBERS
from lab.formats.protobuf import bytes_field, float_field, number_field

IR_VERSION = 10


def write_onnx(model: OnnxModel, outputs: Sequence[str] | None = None) -> bytes:
    """The bytes of a file. `outputs` names other results than the model's own, which then are its outputs."""
    graph = b"".join(bytes_field(1, _node(node)) for node in model.nodes) + bytes_field(2, "model")
    graph += b"".join(bytes_field(5, _tensor(name, array)) for name, array in model.constants.items())
    graph += b"".join(bytes_field(11, _value_info(one)) for one in model.inputs)
    names = model.outputs if outputs is None else outputs
    graph += b"".join(bytes_field(12, bytes_field(1, name)) for name in names)
    opsets = {"": model.opset, LEARNERS_DOMAIN: model.learners_opset}
    versions = (bytes_field(1, domain) + number_field(2, opset) for domain, opset in opsets.items() if opset)
    return number_field(1, IR_VERSION) + bytes_field(7, graph) + b"".join(bytes_field(8, one) for one in versions)


def _node(node: OnnxNode) -> bytes:
    names = b"".join(bytes_field(1, name) for name in node.inputs) + b"".join(
        bytes_field(2, name) for name in node.outputs
    )
    attributes = b"".join(bytes_field(5, _attribute(name, value)) for name, value in node.attributes.items())
    domain = bytes_field(7, node.domain) if node.domain else b""
    return names + bytes_field(3, node.name) + bytes_field(4, node.op) + attributes + domain


def _attribute(name: str, value: Attribute) -> bytes:
    start = bytes_field(1, name)
    if isinstance(value, np.ndarray):
        return start + bytes_field(5, _tensor("", value)) + number_field(20, 4)
    if isinstance(value, tuple):
        if all(isinstance(one, int) for one in value):
            return start + b"".join(number_field(8, int(one)) for one in value) + number_field(20, 7)
        if all(isinstance(one, float) for one in value):
            return start + b"".join(float_field(7, float(one)) for one in value) + number_field(20, 6)
        return start + b"".join(bytes_field(9, str(one)) for one in value) + number_field(20, 8)
    if isinstance(value, str):
        return start + bytes_field(4, value) + number_field(20, 3)
    if isinstance(value, float):
        return start + float_field(2, value) + number_field(20, 1)
    return start + number_field(3, value) + number_field(20, 2)


def _tensor(name: str, array: Array) -> bytes:
    shape = b"".join(number_field(1, size) for size in array.shape)
    data = np.ascontiguousarray(array).tobytes()
    return shape + number_field(2, NUMBERS[array.dtype.name]) + bytes_field(8, name) + bytes_field(9, data)


def _value_info(one: OnnxInput) -> bytes:
    dimensions = b"".join(bytes_field(1, number_field(1, size or 1)) for size in one.shape)
    tensor = number_field(1, NUMBERS[one.kind]) + bytes_field(2, dimensions)
    return bytes_field(1, one.name) + bytes_field(2, bytes_field(1, tensor))

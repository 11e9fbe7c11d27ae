"""Reads an ONNX file as data, with the one file of weights that came with it. No other file is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from lab.formats.onnx.model import LEARNERS_DOMAIN, Array, Attribute, OnnxInput, OnnxModel, OnnxNode
from lab.formats.onnx.tensors import TYPES, TensorReader
from lab.formats.protobuf import (
    Value,
    bytes_of,
    float_of,
    read_fields,
    signed,
    signed_numbers,
    text_of,
)
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted, size_text

FILE_LIMIT: Final = 512 << 20
"""Bytes of the file, and of the file of weights beside it."""
MOST_NODES = 20_000
MOST_NUMBERS = 10_000
"""Numbers or texts of one attribute."""
MOST_LEARNED_NUMBERS = 1 << 20
"""The same of an estimator, whose attributes hold what it learned: the nodes of a forest."""
LONGEST_NAME = 1000
OPSETS = range(7, 26)
"""Versions of the operators whose meanings the translator knows."""
OWN_DOMAINS = ("", "ai.onnx")

_FLOAT, _INT, _TEXT, _TENSOR, _FLOATS, _INTS, _TEXTS = 2, 3, 4, 5, 7, 8, 9
_ATTRIBUTE_TYPES = {1: _FLOAT, 2: _INT, 3: _TEXT, 4: _TENSOR, 6: _FLOATS, 7: _INTS, 8: _TEXTS}
"""The field that holds the value, by the number of the attribute's type."""
_EMPTY: Mapping[int, Attribute] = {_FLOAT: 0.0, _INT: 0, _TEXT: "", _FLOATS: (), _INTS: (), _TEXTS: ()}
_GRAPHS = (6, 11)
_CONTROL_FLOW = ("If", "Loop", "Scan", "SequenceMap")
_QUANTISED_OPERATORS = ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear")


def read_onnx(path: Path, weights: Path | None = None, weights_name: str = "") -> OnnxModel:
    """Reads a file, and the file of weights that came with it under the name `weights_name`. Raises `Refused`."""
    outside = None if weights is None else memoryview(_bytes(weights))
    tensors = TensorReader(outside, weights_name)
    data = memoryview(_bytes(path))
    graph: Value | None = None
    opset, learners_opset, producer = 0, 0, ["", ""]
    for number, value in read_fields(data):
        match number:
            case 2 | 3:
                producer[number - 2] = text_of(value, LONGEST_NAME)
            case 7:
                if graph is not None:
                    raise Refused(Reason.BROKEN, "The ONNX file has two graphs.")
                graph = value
            case 8:
                domain, version = _opset(value)
                if domain in OWN_DOMAINS:
                    opset = version
                elif domain == LEARNERS_DOMAIN:
                    learners_opset = version
    if graph is None:
        raise Refused(Reason.BROKEN, "The ONNX file has no graph.")
    if opset not in OPSETS:
        raise Refused(
            Reason.NOT_CONVERTED,
            f"The ONNX file has opset {opset}; {OPSETS.start} to {OPSETS.stop - 1} are converted. Export it with "
            "another opset.",
        )
    model = _Graph(tensors).read(bytes_of(graph), opset, plain(" ".join(producer).strip() or "unknown"))
    return replace(model, learners_opset=learners_opset)


def _bytes(path: Path) -> bytes:
    size = path.stat().st_size
    if size > FILE_LIMIT:
        raise Refused(Reason.TOO_LARGE, f"The file has {size_text(size)}; at most {size_text(FILE_LIMIT)} are read.")
    return path.read_bytes()


def _opset(value: Value) -> tuple[str, int]:
    domain, version = "", 0
    for number, one in read_fields(bytes_of(value)):
        if number == 1:
            domain = text_of(one, LONGEST_NAME)
        elif number == 2:
            version = signed(one)
    return domain, version


@dataclass
class _Graph:
    """The graph of a file while it is read."""

    tensors: TensorReader
    nodes: list[OnnxNode] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)
    inputs: list[OnnxInput] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    def read(self, graph: memoryview, opset: int, producer: str) -> OnnxModel:
        for number, value in read_fields(graph):
            match number:
                case 1:
                    self._add_node(bytes_of(value))
                case 5:
                    name, array = self.tensors.read(bytes_of(value))
                    self._add_constant(name, array)
                case 11:
                    self.inputs.append(_input(bytes_of(value)))
                case 12:
                    self.outputs.append(_name_of(bytes_of(value)))
                case 15:
                    raise Refused(Reason.NOT_CONVERTED, "The ONNX file has sparse weights, which are not converted.")
        inputs = tuple(one for one in self.inputs if one.name not in self.constants)
        self._check(inputs)
        return OnnxModel(self.nodes, self.constants, inputs, tuple(self.outputs), opset, producer)

    def _add_constant(self, name: str, array: Array) -> None:
        if name in self.constants:
            raise Refused(Reason.BROKEN, f"Two constants are named {quoted(name)}.")
        self.constants[name] = array

    def _add_node(self, data: memoryview) -> None:
        if len(self.nodes) >= MOST_NODES:
            raise Refused(Reason.TOO_LARGE, f"The model has more than {MOST_NODES:,} operators.")
        inputs, outputs, attributes = [], [], []
        op = name = domain = ""
        for number, value in read_fields(data):
            match number:
                case 1:
                    inputs.append(text_of(value, LONGEST_NAME))
                case 2:
                    outputs.append(text_of(value, LONGEST_NAME))
                case 3:
                    name = text_of(value, LONGEST_NAME)
                case 4:
                    op = text_of(value, LONGEST_NAME)
                case 5:
                    attributes.append(bytes_of(value))
                case 7:
                    domain = text_of(value, LONGEST_NAME)
        _check_operator(op, domain)
        limit = MOST_LEARNED_NUMBERS if domain == LEARNERS_DOMAIN else MOST_NUMBERS
        values = dict(self._attribute(op, one, limit) for one in attributes)
        domain = "" if domain in OWN_DOMAINS else domain
        node = OnnxNode(op, name or (outputs[0] if outputs else op), tuple(inputs), tuple(outputs), values, domain)
        if op == "Constant" and len(outputs) == 1:
            self._add_constant(outputs[0], _constant(node))
        else:
            self.nodes.append(node)

    def _attribute(self, op: str, data: memoryview, limit: int) -> tuple[str, Attribute]:
        name, kind = "", 0
        values_by_field: dict[int, list[Value]] = {}
        for number, value in read_fields(data):
            if number == 1:
                name = text_of(value, LONGEST_NAME)
            elif number == 20:
                kind = signed(value)
            else:
                values_by_field.setdefault(number, []).append(value)
        if any(number in values_by_field for number in _GRAPHS):
            raise Refused(Reason.UNKNOWN_LAYER, f"The operator {plain(op)} holds a graph, which is not converted.")
        # Files of the first versions name no type; then the field that is there says it.
        place = _ATTRIBUTE_TYPES.get(kind) or next(
            (one for one in values_by_field if one in _EMPTY or one == _TENSOR), 0
        )
        if place not in _EMPTY and not (place == _TENSOR and values_by_field.get(_TENSOR)):
            raise Refused(Reason.UNKNOWN_LAYER, f"{plain(op)}.{plain(name)} has a type that is not converted.")
        return name, self._attribute_value(place, values_by_field.get(place, []), f"{op}.{name}", limit)

    def _attribute_value(self, place: int, values: list[Value], title: str, limit: int) -> Attribute:
        if not values:
            return _EMPTY[place]
        match place:
            case 2:
                return float_of(values[-1])
            case 3:
                return signed(values[-1])
            case 4:
                return text_of(values[-1], LONGEST_NAME)
            case 5:
                return self.tensors.read(bytes_of(values[-1]))[1]
        numbers: tuple[int, ...] | tuple[float, ...] | tuple[str, ...]
        if sum(1 if isinstance(one, int) else len(one) for one in values) > limit * 10:
            raise Refused(Reason.TOO_LARGE, f"{plain(title)} has more than {limit:,} numbers.")
        if place == _FLOATS:
            numbers = tuple(number for one in values for number in _floats(one))
        elif place == _INTS:
            numbers = tuple(number for one in values for number in signed_numbers(one))
        else:
            numbers = tuple(text_of(one, LONGEST_NAME) for one in values)
        if len(numbers) > limit:
            raise Refused(Reason.TOO_LARGE, f"{plain(title)} has more than {limit:,} numbers.")
        return numbers

    def _check(self, inputs: tuple[OnnxInput, ...]) -> None:
        """Every name is given once, before it is read. Raises `Refused`."""
        if not inputs or not self.outputs:
            raise Refused(Reason.BROKEN, "The ONNX file has no inputs, or no outputs.")
        known_names = {*self.constants, *(one.name for one in inputs)}
        if len({one.name for one in inputs}) < len(inputs):
            raise Refused(Reason.BROKEN, "Two inputs have one name.")
        for node in self.nodes:
            for name in node.inputs:
                if name and name not in known_names:
                    raise Refused(
                        Reason.BROKEN, f"{plain(node.op)} reads {quoted(name)}, which nothing before it gives."
                    )
            for name in node.outputs:
                if name and name in known_names:
                    raise Refused(Reason.BROKEN, f"Two operators give {quoted(name)}.")
                known_names.add(name)
        for name in self.outputs:
            if name not in known_names:
                raise Refused(Reason.BROKEN, f"Nothing gives the output {quoted(name)}.")


def _check_operator(op: str, domain: str) -> None:
    if domain not in (*OWN_DOMAINS, LEARNERS_DOMAIN):
        raise Refused(
            Reason.CUSTOM_OBJECT,
            f"The operator {plain(op)} is of {quoted(domain)}, and not of ONNX itself. Export the model without it.",
        )
    if op in _CONTROL_FLOW:
        raise Refused(
            Reason.UNKNOWN_LAYER, f"The operator {op} chooses or repeats while the model runs, which is not converted."
        )
    if op in _QUANTISED_OPERATORS or op.startswith(("QLinear", "MatMulInteger", "ConvInteger")):
        raise Refused(
            Reason.NOT_CONVERTED, f"The model is quantised already ({op}). Convert the float model that it was made of."
        )


def _floats(value: Value) -> Iterator[float]:
    data = bytes_of(value)
    if len(data) % 4:
        raise Refused(Reason.BROKEN, "The file has bytes where numbers belong.")
    yield from map(float, np.frombuffer(data, "<f4"))


def _constant(node: OnnxNode) -> Array:
    """The value of a Constant. Raises `Refused`."""
    for key, value in node.attributes.items():
        match key:
            case "value" if isinstance(value, np.ndarray):
                return value
            case "value_float" | "value_floats":
                return np.asarray(value, np.float32)
            case "value_int" | "value_ints":
                return np.asarray(value, np.int64)
    raise Refused(Reason.UNKNOWN_LAYER, f"The constant {quoted(node.name)} is of a type that is not converted.")


def _name_of(value: memoryview) -> str:
    return next((text_of(one, LONGEST_NAME) for number, one in read_fields(value) if number == 1), "")


def _input(data: memoryview) -> OnnxInput:
    """An input with its type. Raises `Refused`."""
    name, kind, shape = _name_of(data), 0, None
    for number, value in read_fields(data):
        if number != 2:
            continue
        for form, tensor in read_fields(bytes_of(value)):
            if form != 1:
                raise Refused(Reason.NOT_CONVERTED, f"The input {quoted(name)} is a list, and not an array.")
            for place, one in read_fields(bytes_of(tensor)):
                if place == 1:
                    kind = signed(one)
                elif place == 2:
                    shape = tuple(_dimension(bytes_of(dim)) for at, dim in read_fields(bytes_of(one)) if at == 1)
    if kind not in TYPES or shape is None:
        raise Refused(Reason.NOT_CONVERTED, f"The input {quoted(name)} has no shape, or is not of numbers.")
    return OnnxInput(name, shape, TYPES[kind])


def _dimension(data: memoryview) -> int | None:
    """A dimension's size, or None if it is a name, or missing."""
    for number, value in read_fields(data):
        if number == 1:
            size = signed(value)
            return size if size > 0 else None
    return None

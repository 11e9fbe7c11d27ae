"""The values of an ONNX graph while it is translated: where each is kept, and in which order its dimensions are stored.

ONNX keeps the channels of pictures behind the batch, TFLite keeps them last. A value that a convolution gives is stored
with its channels last, and is turned only where an operator needs the other order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lab.formats.onnx.model import Array, Attribute, OnnxModel, OnnxNode
from lab.formats.tflite_builder import Builder, BuiltOperator, Shape
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted

ACTIVATION: Final = "fusedActivationFunction"
MOST_DIMENSIONS: Final = 6
"""Dimensions of a value that TFLite's kernels take."""
LARGEST_VALUE: Final = 1 << 28
"""Elements of a value."""
STORED_KINDS: Final = {"int64": "int32", "float64": "float32", "float16": "float32", "int8": "int32", "int16": "int32"}
"""Types that a translated model stores as another one."""


@dataclass
class OnnxValue:
    """A value with its shape in ONNX's order.

    It is a constant, or a tensor; a tensor with `is_last` has its channels last. `flat_of` is a value with channels
    last of which this one is the flattened form, for which there need not be a tensor.
    """

    name: str
    shape: Shape
    constant: Array | None = None
    tensor: int | None = None
    is_last: bool = False
    flat_of: OnnxValue | None = None
    tensors_by_order: dict[bool, int] = field(default_factory=dict)


Handler = Callable[["Translation", OnnxNode], None]
"""Reads a node's inputs from the translation, adds what it needs to the file, and notes what the node gives."""


def last_order(rank: int) -> tuple[int, ...]:
    """The order of dimensions that puts the channels last."""
    return (0, *range(2, rank), 1)


def source_order(rank: int) -> tuple[int, ...]:
    """The order of dimensions that puts channels behind the batch again."""
    return (0, rank - 1, *range(1, rank - 1))


def reordered(shape: Sequence[int], order: Sequence[int]) -> Shape:
    return tuple(int(shape[place]) for place in order)


class Translation:
    """A model while it is translated: its values by name, and what was built of it so far."""

    def __init__(self, model: OnnxModel) -> None:
        self.builder = Builder()
        self.opset = model.opset
        self.values: dict[str, OnnxValue] = {}
        self.uses = Counter(name for node in model.nodes for name in node.inputs if name) + Counter(model.outputs)
        self.ids = 0
        """The rows of the smallest table in which the model looks numbers up; 0 without one."""
        self.places_read: set[int] = set()
        """The inputs of the current node that its translation has looked up."""
        for name, array in model.constants.items():
            self.values[name] = OnnxValue(name, array.shape, constant=array)

    def value(self, node: OnnxNode, place: int) -> OnnxValue:
        """An input of a node. Raises `Refused` where it is left out."""
        self.places_read.add(place)
        name = node.input(place)
        if not name or name not in self.values:
            raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} lacks its input {place}.")
        return self.values[name]

    def leave_out(self, *places: int) -> None:
        """Inputs of the current node that change nothing in a converted model."""
        self.places_read.update(places)

    def has(self, node: OnnxNode, place: int) -> bool:
        return bool(node.input(place))

    def constant(self, node: OnnxNode, place: int) -> Array:
        """An input that has to be known before the model runs. Raises `Refused`."""
        value = self.value(node, place)
        if value.constant is None:
            raise Refused(
                Reason.NOT_CONVERTED,
                f"{plain(node.op)} {quoted(node.name)} computes its input {place} while the model runs; a constant is "
                "needed there.",
            )
        return value.constant

    def whole_numbers(self, node: OnnxNode, place: int, attribute: Attribute | None) -> tuple[int, ...] | None:
        """Numbers that earlier versions have as an attribute, and later ones as a constant input; None without both."""
        if attribute is not None:
            if isinstance(attribute, tuple):
                return tuple(int(one) for one in attribute)
            raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has an argument that is not a list.")
        if not self.has(node, place):
            return None
        return tuple(int(one) for one in self.constant(node, place).ravel())

    def give(self, node: OnnxNode, value: OnnxValue, place: int = 0) -> None:
        """Notes what a node gives. Raises `Refused` for values that TFLite's kernels do not take."""
        if len(value.shape) > MOST_DIMENSIONS or np.prod(value.shape, dtype=np.float64) > LARGEST_VALUE:
            raise Refused(Reason.TOO_LARGE, f"{plain(node.op)} {quoted(node.name)} gives an array that is too large.")
        if 0 in value.shape and value.constant is None:
            raise Refused(Reason.NOT_CONVERTED, f"{plain(node.op)} {quoted(node.name)} gives an empty array.")
        self.values[node.outputs[place]] = value

    def give_tensor(
        self, node: OnnxNode, tensor: int, shape: Sequence[int], *, is_last: bool = False, place: int = 0
    ) -> None:
        """Notes a tensor that a node gives, with its shape in ONNX's order."""
        self.give(node, OnnxValue(node.outputs[place], tuple(shape), tensor=tensor, is_last=is_last), place)

    def plain(self, value: OnnxValue) -> int:
        """The tensor of a value in ONNX's order."""
        if value.constant is not None:
            return self.store(value.name, value.constant)
        if value.flat_of is not None and value.tensor is None:
            value.tensor = self.reshape(self.plain(value.flat_of), value.shape, value.name)
        assert value.tensor is not None  # noqa: S101 (a value is a constant, a flattened one or a tensor)
        if not value.is_last:
            return value.tensor
        if False not in value.tensors_by_order:
            order = source_order(len(value.shape))
            value.tensors_by_order[False] = self.transpose(value.tensor, order, value.name)
        return value.tensors_by_order[False]

    def last(self, value: OnnxValue) -> int:
        """The tensor of a value with its channels last."""
        order = last_order(len(value.shape))
        if value.constant is not None:
            return self.store(value.name, value.constant.transpose(order))
        if value.is_last:
            assert value.tensor is not None  # noqa: S101 (channels are last in tensors alone)
            return value.tensor
        if True not in value.tensors_by_order:
            value.tensors_by_order[True] = self.transpose(self.plain(value), order, value.name)
        return value.tensors_by_order[True]

    def store(self, name: str, array: Array) -> int:
        """A constant as TFLite keeps it. Raises `Refused`."""
        kind = STORED_KINDS.get(array.dtype.name, array.dtype.name)
        if array.dtype.kind == "i" and array.size and abs(array.astype(np.float64)).max() >= 1 << 31:
            array = np.clip(array, -(1 << 31), (1 << 31) - 1)
        return self.builder.constant(name, array.astype("int32" if kind == "uint8" else kind))

    def numbers(self, values: Sequence[int]) -> int:
        """A constant of whole numbers, as shapes and axes are."""
        return self.builder.constant("numbers", np.array(values, np.int32))

    def reshape(self, tensor: int, shape: Sequence[int], name: str) -> int:
        """The same numbers in another shape."""
        shape = tuple(map(int, shape))
        if self.builder.shape_of(tensor) == shape:
            return tensor
        kind = self.builder.kind_of(tensor)
        options = ("Reshape", {"newShape": np.array(shape, np.int32)})
        return self.builder.add("RESHAPE", [tensor, self.numbers(shape)], shape, name, options, kind)

    def transpose(self, tensor: int, order: Sequence[int], name: str) -> int:
        """A tensor with its dimensions in another order; only a new shape where no number changes its place."""
        shape = self.builder.shape_of(tensor)
        new = reordered(shape, order)
        moving = [place for place in order if shape[place] != 1]
        if moving == sorted(moving):
            return self.reshape(tensor, new, name)
        kind = self.builder.kind_of(tensor)
        return self.builder.add("TRANSPOSE", [tensor, self.numbers(order)], new, name, ("Transpose", {}), kind)

    def fusable(self, value: OnnxValue) -> BuiltOperator | None:
        """The operator that gives a value and nothing else reads, if it can bound its result itself."""
        if value.tensor is None or self.uses[value.name] != 1 or not self.builder.operators:
            return None
        newest = self.builder.operators[-1]
        is_free = newest.outputs == [value.tensor] and newest.options.get(ACTIVATION) == 0
        return newest if is_free else None


def axis_of(node: OnnxNode, axis: int, rank: int) -> int:
    """An axis counted from the front. Raises `Refused`."""
    if not -rank <= axis < max(rank, 1):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has no axis {axis}.")
    return axis % max(rank, 1)


def stored_axis(axis: int, rank: int, *, is_last: bool) -> int:
    """Returns where an axis of ONNX's order is stored."""
    return last_order(rank).index(axis) if is_last else axis


def refuse(node: OnnxNode, reason: str) -> Refused:
    """A refusal that names the node."""
    return Refused(Reason.NOT_CONVERTED, f"{plain(node.op)} {quoted(node.name)} {reason}")

"""Translates an ONNX model to a float `.tflite` file, operator by operator, with every dimension known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lab.formats.onnx.adaptive_pooling import with_adaptive_means
from lab.formats.onnx.attributes import NodeAttributes
from lab.formats.onnx.fusing import fused
from lab.formats.onnx.labels import needed_nodes
from lab.formats.onnx.model import Array, OnnxInput, OnnxModel, OnnxNode
from lab.formats.onnx.operators import OPERATORS
from lab.formats.onnx.operators.learners import REASONS
from lab.formats.onnx.operators.normalising import batch_factors
from lab.formats.onnx.optional_inputs import input_name
from lab.formats.onnx.values import STORED_KINDS, OnnxValue, Translation, last_order, refuse, reordered
from lab.refusal import Reason, Refused
from rune.wording import listed, plain, quoted

LARGEST_DIMENSION: Final = 1 << 24
MOST_OPERATORS: Final = 50_000
"""Operators of a converted model. A recurrent layer has a dozen for each step."""
_TRANSPARENT: Final = frozenset(
    (
        *("Add", "BatchNormalization", "Cast", "Clip", "Div", "Dropout", "Identity"),
        *("LeakyRelu", "Max", "Min", "Mul", "Pad", "Relu", "Sub"),
    )
)
"""Operators that leave a picture a picture."""
_PICTURES: Final = frozenset(
    ["AveragePool", "Conv", "ConvTranspose", "GlobalAveragePool", "GlobalMaxPool", "MaxPool", "Resize"]
)
"""Operators that take pictures and series with their channels last."""


@dataclass(frozen=True)
class TranslatedInput:
    """An input of the translated model. `source_shape` is its shape in ONNX, where the channels of pictures and series
    are behind the batch; `order` says which dimension of the source each dimension is."""

    name: str
    shape: tuple[int, ...]
    source_shape: tuple[int, ...]
    order: tuple[int, ...]
    kind: str


@dataclass(frozen=True)
class TranslatedModel:
    """A translated model: its file, its inputs, and the shapes of its outputs. `ids` are the rows of the smallest table
    in which it looks numbers up, 0 without one."""

    data: bytes
    inputs: tuple[TranslatedInput, ...]
    ids: int
    output_shapes: tuple[tuple[int, ...], ...] = ()


def fix_shapes(model: OnnxModel, shapes: Mapping[str, tuple[int, ...]]) -> OnnxModel:
    """The model with every dimension of its inputs known, as `fix_inputs` says. Raises `Refused`."""
    return replace(model, inputs=fix_inputs(model.inputs, shapes))


def fix_inputs(inputs: Sequence[OnnxInput], shapes: Mapping[str, tuple[int, ...]]) -> tuple[OnnxInput, ...]:
    """The inputs with every dimension known: an open batch is 1, and `shapes` has the other dimensions of an input,
    without the batch. Raises `Refused`."""
    unknown = sorted(set(shapes) - {one.name for one in inputs})
    if unknown:
        names = ", ".join(plain(one.name) for one in inputs)
        raise Refused(Reason.OPEN_DIMENSION, f"The model has no input {quoted(unknown[0])}. Its inputs: {names}.")
    return tuple(_fixed_input(one, shapes.get(one.name)) for one in inputs)


def _fixed_input(one: OnnxInput, chosen_shape: tuple[int, ...] | None) -> OnnxInput:
    shape = [1 if not place and size is None else size for place, size in enumerate(one.shape)]
    if any(size is not None and size > LARGEST_DIMENSION for size in shape):
        raise Refused(Reason.TOO_LARGE, f"The input {quoted(one.name)} has a dimension that is too large.")
    if chosen_shape is not None:
        rest = shape[1:]
        if len(chosen_shape) != len(rest) or any(
            a is not None and a != b for a, b in zip(rest, chosen_shape, strict=True)
        ):
            raise Refused(
                Reason.OPEN_DIMENSION,
                f"The input {quoted(one.name)} has the shape {_text(shape)}, which {list(chosen_shape)} does not fit.",
            )
        shape = [shape[0], *chosen_shape]
    if None in shape:
        proposal = "x".join(str(size or 49) for size in shape[1:])
        raise Refused(
            Reason.OPEN_DIMENSION,
            f"The input {quoted(one.name)} has the shape {_text(shape)}. Choose each open dimension, as "
            f"--shape {plain(one.name)}={proposal}.",
        )
    return replace(one, shape=tuple(shape))


def _text(shape: Sequence[int | None]) -> str:
    return "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"


def translate(model: OnnxModel, outputs: Sequence[str] | None = None) -> TranslatedModel:
    """The model as a float `.tflite` file. `outputs` names other results than the model's own. Raises `Refused`."""
    model = with_adaptive_means(replace(model, outputs=tuple(model.outputs if outputs is None else outputs)))
    model = replace(model, nodes=list(needed_nodes(model.nodes, model.outputs)))
    unknown = sorted({node.op for node in model.nodes} - set(OPERATORS), key=lambda op: (op not in REASONS, op))
    if unknown and unknown[0] in REASONS:
        raise Refused(Reason.UNKNOWN_LAYER, f"{unknown[0]} is not converted: {REASONS[unknown[0]]}.")
    if unknown:
        several = "operators that are" if len(unknown) > 1 else "an operator that is"
        raise Refused(Reason.UNKNOWN_LAYER, f"The model has {several} not converted: {', '.join(map(plain, unknown))}.")
    model = folded(fused(model))
    model = replace(model, nodes=list(needed_nodes(model.nodes, model.outputs)))
    translation = Translation(model)
    inputs = [_begin(translation, one, model) for one in model.inputs]
    for node in model.nodes:
        _translate(translation, node)
    results = {name: translation.plain(translation.values[name]) for name in model.outputs}
    by_name = {one.name: translation.values[one.name] for one in inputs}
    data = translation.builder.file({name: _tensor(value) for name, value in by_name.items()}, results)
    shapes = tuple(translation.values[name].shape for name in model.outputs)
    return TranslatedModel(data, tuple(inputs), translation.ids, shapes)


def _translate(translation: Translation, node: OnnxNode) -> None:
    """Translates one node. Raises `Refused`, also for arguments that no operator has."""
    attributes = NodeAttributes(node.attributes)
    translation.places_read.clear()
    try:
        OPERATORS[node.op](translation, replace(node, attributes=attributes))
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError) as error:
        where = f"{plain(node.op)} {quoted(node.name)}"
        raise Refused(Reason.BROKEN, f"{where} has inputs or arguments that do not fit it.") from error
    _refuse_unread(translation, node, attributes)
    if len(translation.builder.operators) > MOST_OPERATORS:
        raise Refused(Reason.TOO_LARGE, f"The converted model has more than {MOST_OPERATORS:,} operators.")


def _tensor(value: OnnxValue) -> int:
    assert value.tensor is not None  # noqa: S101 (an input is a tensor)
    return value.tensor


def _begin(translation: Translation, one: OnnxInput, model: OnnxModel) -> TranslatedInput:
    """Makes an input. One that only convolutions and the like read has its channels last, as blocks give pictures."""
    shape = tuple(int(size or 1) for size in one.shape)
    kind = STORED_KINDS.get(one.kind, one.kind)
    if kind not in ("float32", "int32"):
        raise Refused(Reason.NOT_CONVERTED, f"The input {quoted(one.name)} is of {one.kind}, which is not converted.")
    is_last = len(shape) in (3, 4) and kind == "float32" and _is_picture(one.name, model)
    order = last_order(len(shape)) if is_last else tuple(range(len(shape)))
    stored_shape = reordered(shape, order)
    tensor = translation.builder.tensor(one.name, stored_shape, kind)
    translation.values[one.name] = OnnxValue(one.name, shape, tensor=tensor, is_last=is_last)
    return TranslatedInput(one.name, stored_shape, shape, order, kind)


def _refuse_unread(translation: Translation, node: OnnxNode, attributes: NodeAttributes) -> None:
    """Raises `Refused` for an attribute or an input of a node that its translation did not look at."""
    names = [f"the attribute {quoted(name)}" for name in attributes.unread()]
    for place, name in enumerate(node.inputs):
        if name and place not in translation.places_read:
            value = translation.values[name].constant
            if value is None or value.size:  # exporters leave an input out as an empty array, too
                names.append(f"the input {quoted(input_name(node.op, place))}")
    if names:
        raise refuse(node, f"has {listed(names)}, which is not converted. Export the model without it.")


def _is_picture(name: str, model: OnnxModel) -> bool:
    """Returns whether all that read a value take pictures."""
    readers: dict[str, list[OnnxNode]] = {}
    for node in model.nodes:
        for one in node.inputs:
            readers.setdefault(one, []).append(node)
    waiting, seen_names = [name], {name}
    while waiting:
        value = waiting.pop()
        if value not in readers or value in model.outputs:
            return False
        for node in readers[value]:
            if node.op in _PICTURES:
                continue
            if node.op not in _TRANSPARENT:
                return False
            if node.outputs[0] not in seen_names:
                seen_names.add(node.outputs[0])
                waiting.append(node.outputs[0])
    return True


def folded(model: OnnxModel) -> OnnxModel:
    """The model with normalisations of batches computed into the convolution in front of them."""
    constants = dict(model.constants)
    readers: dict[str, int] = {}
    for name in [*(name for node in model.nodes for name in node.inputs), *model.outputs]:
        readers[name] = readers.get(name, 0) + 1
    nodes: list[OnnxNode] = []
    convolutions: dict[str, int] = {}
    for node in model.nodes:
        place = convolutions.get(node.input(0))
        convolution = nodes[place] if place is not None else None
        if convolution is not None and place is not None and readers[node.input(0)] == 1:
            merged_node = _merged_convolution(convolution, node, constants)
            if merged_node is not None:
                nodes[place] = merged_node
                convolutions[merged_node.outputs[0]] = place
                continue
        if node.op == "Conv" and len(node.outputs) == 1:
            convolutions[node.outputs[0]] = len(nodes)
        nodes.append(node)
    return replace(model, nodes=nodes, constants=constants)


def _merged_convolution(convolution: OnnxNode, node: OnnxNode, constants: dict[str, Array]) -> OnnxNode | None:
    """A convolution that normalises as well, or None if the two cannot be one."""
    weights, bias = constants.get(convolution.input(1)), constants.get(convolution.input(2))
    numbers = [constants.get(node.input(place)) for place in range(1, 5)]
    if node.op != "BatchNormalization" or weights is None or len(node.outputs) != 1 or not weights.ndim:
        return None
    if (convolution.input(2) and bias is None) or any(one is None or one.size != len(weights) for one in numbers):
        return None
    if set(node.attributes) - {"epsilon", "momentum", "training_mode"}:
        return None
    epsilon = node.attributes.get("epsilon", 1e-5)
    if node.attributes.get("training_mode", 0) or not isinstance(epsilon, float):
        return None
    factor, summand = batch_factors(node, [one for one in numbers if one is not None], epsilon, len(weights))
    own = np.zeros(len(weights), np.float32) if bias is None else bias
    if own.size != len(weights):
        return None
    name = node.outputs[0]
    constants[f"{name}/weights"] = (weights * factor.reshape(-1, *(1,) * (weights.ndim - 1))).astype(np.float32)
    constants[f"{name}/bias"] = (own.ravel() * factor + summand).astype(np.float32)
    inputs = (convolution.inputs[0], f"{name}/weights", f"{name}/bias")
    return replace(convolution, inputs=inputs, outputs=node.outputs)

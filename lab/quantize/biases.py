"""Makes biases fit into 32 bits: the quantiser stores them in steps of the input's scale times the weights', unchecked.

A channel with small weights has small steps, and a large bias is more of them than 32 bits count. So weights of such a
channel get a larger scale, as TensorFlow's converter gives them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert.tools import flatbuffer_utils

from lab.quantize.samples import Array
from rune.model.tflite import Model, Operator, Tensor, TensorKind, read_model

_PLACES: Mapping[str, tuple[int, int, int]] = {
    "FULLY_CONNECTED": (0, 1, 2),
    "CONV_2D": (0, 1, 2),
    "DEPTHWISE_CONV_2D": (0, 1, 2),
    "TRANSPOSE_CONV": (2, 1, 3),
}
"""Says which inputs of an operator are its input, weights and bias."""
_BIAS_TYPES = {TensorKind.INT32: np.int32, TensorKind.INT64: np.int64}
_MOST_STEPS = (2**31 - 1) / 2
"""The largest bias: the other half of 32 bits is for the sum of products."""
_MOST_WEIGHT = 127
_LEAST_NUMBER = -(2**31)
"""The quantiser stores it in place of a bias that does not fit."""


@dataclass(frozen=True)
class _BiasedLayer:
    """A quantised operator with a bias: the numbers of the operator and of its tensors, and the floats."""

    operator: int
    weights: int
    bias: int
    bias_input: int
    """Says which input of the operator is the bias."""
    input_scale: float
    float_weights: Array
    float_bias: Array


def with_biases_that_fit(data: bytes, source: bytes) -> bytes:
    """Returns a quantised form of `source` in which each bias fits, or the same bytes where all of them do."""
    form = read_model(data)
    layers = list(_biased_layers(form, read_model(source)))
    scales = _scales(form, layers)
    if not scales:
        return data
    whole = flatbuffer_utils.read_model_from_bytearray(bytearray(data))
    for weights in scales:
        _store_weights(whole, form.tensors[weights], weights, scales[weights], layers)
    _store_biases(whole, form, [each for each in layers if each.weights in scales], scales)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(whole))


def lost_bias(data: bytes) -> str | None:
    """The name of the tensor that an operator gives whose bias does not fit, None without one."""
    form = read_model(data)
    for operator in form.operators:
        parts = _parts(operator) if operator.op in _PLACES else None
        bias = None if parts is None else form.tensors[parts[2]]
        if bias is None or bias.data is None or bias.kind not in _BIAS_TYPES:
            continue
        if (np.frombuffer(bias.data, _BIAS_TYPES[bias.kind]) <= _LEAST_NUMBER).any():
            return form.tensors[operator.outputs[0]].name
    return None


def _biased_layers(form: Model, source: Model) -> Iterator[_BiasedLayer]:
    """The operators of a form whose weights and bias are whole numbers, and constants in the source."""
    by_output = {source.tensors[each.outputs[0]].name: each for each in source.operators if each.outputs}
    for number, operator in enumerate(form.operators):
        original = by_output.get(form.tensors[operator.outputs[0]].name) if operator.op in _PLACES else None
        if original is None or original.op != operator.op:
            continue
        own, floats = _parts(operator), _parts(original)
        if own is None or floats is None or form.tensors[own[2]].kind not in _BIAS_TYPES:
            continue
        input_scale = form.tensors[own[0]].scale
        weights, bias = (_floats(source.tensors[place]) for place in floats[1:])
        if input_scale is not None and weights is not None and bias is not None:
            yield _BiasedLayer(number, own[1], own[2], _PLACES[operator.op][2], input_scale, weights, bias)


def _parts(operator: Operator) -> tuple[int, int, int] | None:
    """The numbers of an operator's input, weights and bias; None where it has no bias."""
    source, weights, bias = _PLACES[operator.op]
    if len(operator.inputs) <= bias or operator.inputs[bias] < 0:
        return None
    return operator.inputs[source], operator.inputs[weights], operator.inputs[bias]


def _floats(tensor: Tensor) -> Array | None:
    if tensor.data is None or tensor.kind is not TensorKind.FLOAT32:
        return None
    return np.frombuffer(tensor.data, "<f4").reshape(tensor.shape).astype(np.float64)


def _scales(form: Model, layers: list[_BiasedLayer]) -> dict[int, Array]:
    """The scales of weights, by their number, with which each bias fits; only those that change."""
    scales: dict[int, Array] = {}
    for layer in layers:
        quantization = form.tensors[layer.weights].quantization
        if quantization is None or form.tensors[layer.weights].kind is not TensorKind.INT8:
            continue
        before = scales.get(layer.weights, np.array(quantization.scales))
        least = np.abs(layer.float_bias) / (_MOST_STEPS * layer.input_scale)
        least = least if len(before) > 1 else least.max(keepdims=True)
        if (least > before).any():
            # Rounded up: a step less would be more steps than fit.
            scales[layer.weights] = np.where(
                least > before, np.nextafter(least.astype("f4"), np.float32(np.inf)), before
            )
    return scales


def _store_weights(whole: Any, tensor: Tensor, place: int, scales: Array, layers: list[_BiasedLayer]) -> None:
    """Quantises the weights of channels with another scale anew."""
    assert tensor.data is not None and tensor.quantization is not None  # noqa: S101, PT018 (constants, see `_scales`)
    floats = next(each.float_weights for each in layers if each.weights == place)
    shape = [1] * len(tensor.shape)
    shape[tensor.quantization.axis] = len(scales)
    before = np.frombuffer(tensor.data, np.int8).reshape(tensor.shape)
    is_changed = (scales != np.array(tensor.quantization.scales)).reshape(shape)
    steps = np.clip(np.round(floats / scales.reshape(shape)), -_MOST_WEIGHT, _MOST_WEIGHT).astype(np.int8)
    stored_tensor = whole.subgraphs[0].tensors[place]
    stored_tensor.quantization.scale = scales.astype(np.float32)
    _store(whole, stored_tensor, np.where(is_changed, steps, before))


def _store_biases(whole: Any, form: Model, layers: list[_BiasedLayer], scales: Mapping[int, Array]) -> None:
    """Quantises biases anew. One that other weights share, whose scale is another, is stored apart."""
    graph = whole.subgraphs[0]
    own_places: dict[tuple[int, int, float], int] = {}
    for layer in layers:
        key = layer.bias, layer.weights, layer.input_scale
        if key not in own_places:
            own_places[key] = _own_place(whole, layer, layers, form)
            stored_tensor = graph.tensors[own_places[key]]
            steps = np.float32(layer.input_scale) * scales[layer.weights].astype(np.float32)
            numbers = np.round(layer.float_bias / steps.astype(np.float64))
            stored_tensor.quantization.scale = steps
            kind = _BIAS_TYPES[form.tensors[layer.bias].kind]
            _store(whole, stored_tensor, numbers.astype(kind))
        graph.operators[layer.operator].inputs[layer.bias_input] = own_places[key]


def _own_place(whole: Any, layer: _BiasedLayer, layers: list[_BiasedLayer], form: Model) -> int:
    """The number of the tensor of a bias, or of a copy where operators with other weights or inputs read it."""
    alike = sum(
        (each.bias, each.weights, each.input_scale) == (layer.bias, layer.weights, layer.input_scale) for each in layers
    )
    if sum(list(each.inputs).count(layer.bias) for each in form.operators) == alike:
        return layer.bias
    tensors = whole.subgraphs[0].tensors
    stored_tensor = copy.deepcopy(tensors[layer.bias])
    stored_tensor.name = stored_tensor.name + f"_{len(tensors)}".encode()
    tensors.append(stored_tensor)
    return len(tensors) - 1


def _store(whole: Any, stored_tensor: Any, numbers: Array) -> None:
    """Stores the numbers of a tensor, apart from those of others that have the same numbers until now."""
    if sum(each.buffer == stored_tensor.buffer for graph in whole.subgraphs for each in graph.tensors) > 1:
        whole.buffers.append(copy.deepcopy(whole.buffers[stored_tensor.buffer]))
        stored_tensor.buffer = len(whole.buffers) - 1
    whole.buffers[stored_tensor.buffer].data = np.frombuffer(numbers.tobytes(), np.uint8)

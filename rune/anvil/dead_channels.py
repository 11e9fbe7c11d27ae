"""Channels of an int8 model that can only ever give one value, found by interval arithmetic and taken out.

Where a convolution feeds a depthwise one, and that feeds a convolution of 1 x 1, a constant channel in the middle is
worth a constant in the last one's bias. The result is the same for every input; MLPerf's person detector loses half of
its depthwise channels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rune.anvil.fixed_point import Integers, activation_range, multiplier, rescale_twice, scale_of
from rune.anvil.ops.types import INT8, INT32, array, bounded, channel_scales, one_scale
from rune.tflite import Conv2DOptions, DepthwiseConv2DOptions, Model, Operator, Padding, Quantization, Tensor

LANES = 8
"""Channels that the kernels compute together; fewer cost as much."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Range:
    """The least and the greatest byte that each channel of a tensor can hold."""

    least: Integers
    greatest: Integers


@dataclass(frozen=True)
class Convolution:
    """A convolution whose types and shapes were checked; its weights are [output channel, ...]."""

    operator: Operator
    image: Tensor
    output: Tensor
    weights: Integers
    bias: Integers
    weight_scales: tuple[float, ...]
    is_depthwise: bool

    @property
    def is_padded(self) -> bool:
        options = self.operator.options
        assert isinstance(options, Conv2DOptions | DepthwiseConv2DOptions)  # noqa: S101 - asked when it was made
        return options.padding is Padding.SAME and self.weights.shape[1:3] != (1, 1)


def without_dead_channels(model: Model) -> Model:
    """The same function of the same inputs, with fewer channels where some are constant."""
    read = {number: _read(model, operator) for number, operator in enumerate(model.operators)}
    convolutions = {number: convolution for number, convolution in read.items() if convolution is not None}
    ranges = _ranges(model, convolutions)
    uses = Counter(index for operator in model.operators for index in operator.inputs if index >= 0)
    uses.update(model.outputs)
    makers = {index: number for number, operator in enumerate(model.operators) for index in operator.outputs}
    readers = {index: number for number, operator in enumerate(model.operators) for index in operator.inputs}
    tensors = list(model.tensors)
    for middle, convolution in convolutions.items():
        if not convolution.is_depthwise:
            continue
        before = makers.get(convolution.operator.inputs[0], -1)
        after = readers.get(convolution.operator.outputs[0], -1)
        chain = [convolutions.get(number) for number in (before, middle, after)]
        given = ranges.get(convolution.operator.outputs[0])
        if given is not None and _can_be_cut(chain, uses):
            _cut(tensors, [each for each in chain if each is not None], given)
    return replace(model, tensors=tuple(tensors))


def _read(model: Model, operator: Operator) -> Convolution | None:
    """The convolution, if it is one of int8 with constant weights and a bias, and its shapes fit each other."""
    is_depthwise = operator.op == "DEPTHWISE_CONV_2D"
    if operator.op not in ("CONV_2D", "DEPTHWISE_CONV_2D") or len(operator.inputs) != 3 or min(operator.inputs) < 0:
        return None
    image, weights, bias = (model.tensors[index] for index in operator.inputs)
    output = model.tensors[operator.outputs[0]]
    kinds = (image.kind, weights.kind, bias.kind, output.kind)
    fits = (
        kinds == (INT8, INT8, INT32, INT8)
        and weights.data is not None
        and bias.data is not None
        and one_scale(image, output)
        and channel_scales(weights, 3 if is_depthwise else 0)
        and len(image.shape) == len(weights.shape) == len(output.shape) == 4
        and bias.shape == (output.shape[3],)
    )
    if not fits:
        return None
    values = array(weights, np.int8).astype(np.int64)
    if is_depthwise:
        values = values.transpose(3, 1, 2, 0)
        depth = weights.shape[0] == 1 and image.shape[3] == output.shape[3]
    else:
        depth = weights.shape[3] == image.shape[3]
    options, quantization = operator.options, weights.quantization
    assert isinstance(options, Conv2DOptions | DepthwiseConv2DOptions)  # noqa: S101 - the reader gives these
    if not depth or len(values) != output.shape[3] or not bounded(options.activation) or quantization is None:
        return None
    biases = array(bias, np.int32).astype(np.int64)
    return Convolution(operator, image, output, values, biases, quantization.scales, is_depthwise)


def _ranges(model: Model, convolutions: Mapping[int, Convolution]) -> dict[int, Range]:
    """The ranges that are known, by tensor; a tensor without one can hold anything."""
    ranges: dict[int, Range] = {}
    for number, operator in enumerate(model.operators):
        convolution = convolutions.get(number)
        if convolution is not None:
            found = _range_of(convolution, ranges.get(operator.inputs[0]))
            if found is not None:
                ranges[operator.outputs[0]] = found
    return ranges


def _range_of(convolution: Convolution, image: Range | None) -> Range | None:
    """What a convolution can give; None where its sums might leave 32 bits."""
    channels, zero_point = convolution.image.shape[3], scale_of(convolution.image)[1]
    if image is None:
        image = Range(np.full(channels, -128, np.int64), np.full(channels, 127, np.int64))
    least, greatest = image.least, image.greatest
    if convolution.is_padded:
        least, greatest = np.minimum(least, zero_point), np.maximum(greatest, zero_point)
    low, high = least - zero_point, greatest - zero_point
    if convolution.is_depthwise:
        low, high = low[:, None, None, None], high[:, None, None, None]
    ends = convolution.weights * low, convolution.weights * high
    sums = [
        convolution.bias + extreme(*ends).reshape(len(convolution.weights), -1).sum(axis=1)
        for extreme in (np.minimum, np.maximum)
    ]
    if max(int(np.abs(each).max()) for each in sums) >= 2**31:
        return None
    options = convolution.operator.options
    assert isinstance(options, Conv2DOptions | DepthwiseConv2DOptions)  # noqa: S101 - asked when it was made
    bounds = activation_range(options.activation, convolution.output)
    values = [np.clip(_rescaled(convolution, each), *bounds) for each in sums]
    return Range(values[0], values[1])


def _rescaled(convolution: Convolution, sums: Integers) -> Integers:
    """Sums, one a channel, in the output's scale and from its zero point."""
    input_scale, (output_scale, zero_point) = scale_of(convolution.image)[0], scale_of(convolution.output)
    scales = convolution.weight_scales if len(convolution.weight_scales) > 1 else convolution.weight_scales * len(sums)
    multipliers = [multiplier(input_scale * scale / output_scale) for scale in scales]
    mantissas = np.array([each.mantissa for each in multipliers])
    exponents = np.array([each.exponent for each in multipliers])
    return rescale_twice(sums, mantissas, exponents) + zero_point


def _can_be_cut(chain: list[Convolution | None], uses: Mapping[int, int]) -> bool:
    """Whether nothing but the three convolutions sees what would change."""
    if any(each is None for each in chain):
        return False
    before, middle, after = (each for each in chain if each is not None)
    changed = [*before.operator.inputs[1:], *before.operator.outputs, *middle.operator.inputs[1:]]
    changed += [*middle.operator.outputs, *after.operator.inputs[1:]]
    return (
        not before.is_depthwise
        and not after.is_depthwise
        and after.weights.shape[1:3] == (1, 1)
        and all(uses[index] == 1 for index in changed)
    )


def _cut(tensors: list[Tensor], chain: list[Convolution], found: Range) -> None:
    """Takes the constant channels of the middle convolution out of all three."""
    before, middle, after = (each.operator for each in chain)
    live = found.least != found.greatest
    spare = -int(live.sum()) % LANES or (LANES if not live.any() else 0)
    keep = live.copy()
    keep[np.flatnonzero(~live)[:spare]] = True
    weights, bias = tensors[after.inputs[1]], tensors[after.inputs[2]]
    gone = array(weights, np.int8).astype(np.int64)[:, 0, 0, ~keep]
    folded = array(bias, np.int32) + gone @ (found.least[~keep] - scale_of(chain[1].output)[1])
    if keep.all() or np.abs(folded).max() >= 2**31:
        return
    tensors[after.inputs[2]] = replace(bias, data=memoryview(folded.astype("<i4").tobytes()))
    for index, axis, dtype in (
        (before.inputs[1], 0, np.int8),
        (before.inputs[2], 0, np.int32),
        (middle.inputs[1], 3, np.int8),
        (middle.inputs[2], 0, np.int32),
        (after.inputs[1], 3, np.int8),
    ):
        tensors[index] = _kept(tensors[index], axis, keep, dtype)
    for index in (*before.outputs, *middle.outputs):
        shape = tensors[index].shape
        tensors[index] = replace(tensors[index], shape=(*shape[:-1], int(keep.sum())))


def _kept(tensor: Tensor, axis: int, keep: Mask, dtype: type[np.generic]) -> Tensor:
    """A constant without the other indices of an axis, and without their scales."""
    values = np.compress(keep, array(tensor, dtype), axis=axis)
    quantization = tensor.quantization
    if quantization is not None and len(quantization.scales) == len(keep) > 1 and quantization.axis == axis:
        quantization = Quantization(
            tuple(np.compress(keep, quantization.scales).tolist()),
            tuple(np.compress(keep, quantization.zero_points).tolist()),
            axis,
            quantization.scheme,
        )
    data = memoryview(np.ascontiguousarray(values).astype(np.dtype(dtype).newbyteorder("<")).tobytes())
    return replace(tensor, shape=values.shape, data=data, quantization=quantization)

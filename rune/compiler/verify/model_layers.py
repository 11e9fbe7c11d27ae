"""The layers of a model that a certificate proves, and what the reference makes of them, for `check_certificate.py`.

It follows a graph of `model_tables.py` from its inputs to its outputs. Of each tensor of bytes it knows between what
the numbers of each channel lie, and which channels the rune has: one that can only hold one number may be left out, if
all that reads it counts that number. Needs nothing but Python and NumPy.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

ADD, AVERAGE_POOL_2D, CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, MAX_POOL_2D = 0, 1, 3, 4, 9, 17
RESHAPE, PAD, SUB, SQUEEZE, EXPAND_DIMS = 22, 34, 41, 43, 70
NAMES = {
    ADD: "ADD",
    CONV_2D: "CONV_2D",
    DEPTHWISE_CONV_2D: "DEPTHWISE_CONV_2D",
    FULLY_CONNECTED: "FULLY_CONNECTED",
    SUB: "SUB",
}
"""The operators whose requantisation a rune may compute in a way of its own."""
CALLS = {118: "IF", 119: "WHILE", 129: "CALL_ONCE"}
"""The operators that call graphs."""
SAME_NUMBERS = (RESHAPE, SQUEEZE, EXPAND_DIMS, AVERAGE_POOL_2D, MAX_POOL_2D, PAD)
"""Operators whose channels hold numbers of their input's channels: nothing else is known of others."""
CLAMPS = {0: (-math.inf, math.inf), 1: (0.0, math.inf), 2: (-1.0, 1.0), 3: (0.0, 6.0)}
"""The least and the greatest value that fused activations let through, by their number."""
FARTHEST = 2**31 - 2**20
"""Sums up to it stay within 32 bits whatever zero point is added."""
BYTES = np.arange(-128, 128, dtype=np.int64)


class Unfollowed(Exception):
    """The rune lacks channels of a tensor behind which this program cannot tell what that changes."""


@dataclass(frozen=True)
class Layer:
    """One of a model, and of its output's channels those that the rune has: `outputs`.

    Sums start from `start`, add weights and lie from `least` to `greatest`; `weights` are all of each channel together.
    The sums of an ADD are those of what its bytes add: `terms`.
    """

    op: str
    tensor: int
    outputs: np.ndarray
    lowest: int
    highest: int
    reals: np.ndarray
    """About what sums are multiplied by, in double precision."""
    zero_point: int = 0
    start: Any = None
    weights: Any = None
    least: Any = None
    greatest: Any = None
    terms: Any = None


class Walk:
    """Goes through the graph that a model runs. `told` says of each layer's output which channels the rune has."""

    def __init__(
        self, tables: Any, data: bytes, outputs: list[int], known_layers: Mapping[int, Any], *, is_twice: bool
    ) -> None:
        self._tables, self._told, self._is_twice = tables, known_layers, is_twice
        self._graph, *others = tables.read_graphs(data)
        for number, graph in enumerate(others, 1):
            layer = next((each for each in graph.operators if self._is_layer(graph, each)), None)
            if layer is not None:
                raise Unfollowed(self._call_text(number, layer))
        if not outputs or not set(outputs) <= set(range(len(self._graph.outputs))):
            raise Unfollowed(f"the rune reads the outputs {outputs} of {len(self._graph.outputs)}")
        self._outputs = {self._graph.outputs[each] for each in outputs}
        self._bounds: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        """The least and the greatest number of each channel, counted from the zero point, where they are known."""
        self._lacks: dict[int, np.ndarray] = {}
        """Which channels of a tensor the rune does not have, where there are any."""

    def layers(self) -> Iterator[Layer]:
        """Those that the outputs are made of. Raises `Unfollowed`."""
        needed, constants = self._needed(), {i for i, each in enumerate(self._graph.tensors) if each.data is not None}
        for operator in self._graph.operators:
            if operator.inputs and set(operator.inputs) - {-1} <= constants:
                constants.update(operator.outputs)
                if operator.outputs[0] not in self._told:  # one that follows from constants may be one in the rune
                    continue
            if not needed.intersection(operator.outputs):
                continue
            if not self._is_layer(self._graph, operator):
                self._carry(operator, constants)
            elif operator.code in (ADD, SUB):
                self._carry(operator, constants)
                yield self._sum_of_two(operator)
            else:
                yield self._layer(operator)
        if any(index in self._lacks for index in self._outputs):
            raise Unfollowed("the rune lacks channels of an output of the model")

    def _call_text(self, number: int, layer: Any) -> str:
        """What is not followed, and what tells of it in place of this program."""
        callers = [
            f"operator {place}, {CALLS[each.code]}"
            for place, each in enumerate(self._graph.operators)
            if each.code in CALLS and each.options and number in (each.options.number(0), each.options.number(1))
        ]
        return (
            f"{' and '.join(callers) or 'another graph'} of the model may call graph {number} with "
            f"{NAMES[layer.code]} {layer.outputs[0]}, and this program follows no calls: `rune verify` compares what "
            "such a rune computes"
        )

    def _needed(self) -> set[int]:
        """The tensors that the outputs follow from, and all that is kept from one run to the next."""
        needed = set(self._outputs)
        for operator in reversed(self._graph.operators):
            if not operator.outputs or needed.intersection(operator.outputs):
                needed.update(operator.inputs)
        return needed

    def _is_layer(self, graph: Any, operator: Any) -> bool:
        """Whether it multiplies or adds bytes."""
        if operator.code not in NAMES:
            return False
        ends = [graph.tensors[each] for each in (operator.inputs[0], operator.outputs[0])]
        other = graph.tensors[operator.inputs[1]]
        return all(each.is_bytes for each in ends) and (other.is_bytes or other.kind == self._tables.INT4)

    def _between(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """The least and the greatest number of each channel of a tensor of bytes, counted from its zero point."""
        tensor = self._graph.tensors[index]
        whole = [np.full(tensor.channels, end - tensor.zero_point, np.int64) for end in (-128, 127)]
        return self._bounds.get(index, (whole[0], whole[1]))

    def _carry(self, operator: Any, constants: set[int]) -> None:
        """Of an operator that is no layer of weights: what is known of its output's channels."""
        inputs = [each for each in operator.inputs if each >= 0 and each not in constants]
        lacks = [self._lacks.get(each) for each in inputs]
        tensors = [self._graph.tensors[each] for each in (*inputs, *operator.outputs)]
        is_channelwise = bool(inputs) and len({each.channels for each in tensors}) == 1 and len(operator.outputs) == 1
        if any(each is not None for each in lacks):
            is_same = all(np.array_equal(each, lacks[0]) for each in lacks)  # type: ignore[arg-type]
            if not is_same or not is_channelwise or operator.code not in (*SAME_NUMBERS, ADD, SUB):
                raise Unfollowed(f"the rune lacks channels before operator {operator.code}, which is not followed")
            self._lacks[operator.outputs[0]] = np.asarray(lacks[0])
        if operator.code in SAME_NUMBERS and is_channelwise and inputs[0] in self._bounds:
            least, greatest = self._bounds[inputs[0]]
            if operator.code in (AVERAGE_POOL_2D, MAX_POOL_2D):
                least, greatest = (np.clip(each, *self._clamp(operator)) for each in (least, greatest))
            if operator.code == PAD:
                least, greatest = np.minimum(least, 0), np.maximum(greatest, 0)
            self._bounds[operator.outputs[0]] = least, greatest

    def _clamp(self, operator: Any) -> tuple[int, int]:
        """The least and the greatest number of an operator's output, counted from its zero point."""
        place = {
            ADD: 0,
            SUB: 0,
            FULLY_CONNECTED: 0,
            CONV_2D: 3,
            DEPTHWISE_CONV_2D: 4,
            AVERAGE_POOL_2D: 5,
            MAX_POOL_2D: 5,
        }
        output = self._graph.tensors[operator.outputs[0]]
        number = operator.options.number(place[operator.code], "<b") if operator.options else 0
        bounds = [-128 - output.zero_point, 127 - output.zero_point]
        for end, choose in ((0, max), (1, min)):
            value = CLAMPS[number][end]
            if math.isfinite(value):
                quotient = float(np.float32(value) / np.float32(output.scales[0]))
                bounds[end] = choose(bounds[end], math.floor(abs(quotient) + 0.5) * (1 if quotient >= 0 else -1))
        return bounds[0], bounds[1]

    def _sum_of_two(self, operator: Any) -> Layer:
        """ADD and SUB: what each byte of an input adds is rounded to 2**-20 of twice the greater scale."""
        tensors = [self._graph.tensors[each] for each in (*operator.inputs[:2], operator.outputs[0])]
        (left, right, result), index = tensors, operator.outputs[0]
        common = 2 * max(left.scales[0], right.scales[0])
        terms = []
        for each, sign in ((left, 1), (right, -1 if operator.code == SUB else 1)):
            by = multipliers([each.scales[0] / common])
            terms.append(sign * twice(((BYTES - each.zero_point) << 20)[None, :], *by)[0])
        back = np.array([common / ((1 << 20) * result.scales[0])])
        self._add_bounds(operator, terms, back)
        return Layer(NAMES[operator.code], index, np.arange(result.channels), *self._clamp(operator), back, terms=terms)

    def _add_bounds(self, operator: Any, terms: list[np.ndarray], back: np.ndarray) -> None:
        tensors = [self._graph.tensors[each] for each in (*operator.inputs[:2], operator.outputs[0])]
        if len({each.shape for each in tensors}) != 1 or multipliers(back)[1][0] > 0:
            return
        least = greatest = np.zeros(tensors[2].channels, np.int64)
        for each, its, tensor in zip(operator.inputs, terms, tensors, strict=False):
            ends = [its[end + tensor.zero_point + 128] for end in self._between(each)]
            least, greatest = least + np.minimum(*ends), greatest + np.maximum(*ends)
        bounds = (
            np.clip(twice(each[None], *multipliers(back))[0], *self._clamp(operator)) for each in (least, greatest)
        )
        self._bounds[operator.outputs[0]] = (next(bounds), next(bounds))

    def _layer(self, operator: Any) -> Layer:
        """A convolution or a fully connected layer."""
        index, source = operator.outputs[0], operator.inputs[0]
        input_tensor, weights, output_tensor = (self._graph.tensors[each] for each in (*operator.inputs[:2], index))
        added = (
            self._graph.tensors[operator.inputs[2]] if len(operator.inputs) > 2 and operator.inputs[2] >= 0 else None
        )
        numbers, columns = _by_channel(operator, self._tables.bytes_of(weights), input_tensor)
        count, depth = len(numbers), _depth(operator, self._tables.bytes_of(weights), input_tensor)
        rising, falling = (np.zeros((count, depth), np.int64) for _ in range(2))
        rising[np.arange(count)[:, None], columns] = np.maximum(numbers, 0).sum(axis=1)
        falling[np.arange(count)[:, None], columns] = np.minimum(numbers, 0).sum(axis=1)
        bias = np.zeros(count, np.int64) if added is None else added.data.view("<i4").astype(np.int64)
        reals = np.broadcast_to(
            _reals(operator, input_tensor, weights, output_tensor, has_bias=added is not None), (count,)
        )
        least, greatest = self._between(source)
        if depth != input_tensor.channels:
            least, greatest = (np.full(1, end - input_tensor.zero_point, np.int64) for end in (-128, 127))
        lacks = self._lacks.get(source, np.zeros(depth, np.bool_))
        outputs = self._outputs_of(index, count)
        if _is_padded(operator, input_tensor, weights, output_tensor):
            least, greatest = np.minimum(least, 0), np.maximum(greatest, 0)
        counts = ((rising != 0) | (falling != 0))[outputs].any(axis=0)
        if lacks.shape != (depth,) or (lacks & counts & (least != greatest)).any():
            raise Unfollowed(
                f"the rune lacks an input's channel of {NAMES[operator.code]} {index} that is not constant"
            )
        self._note(operator, (rising, falling, bias, reals), (least, greatest))
        alone = np.where(lacks & counts, least, 0)
        ends = [np.where(lacks, alone, end - input_tensor.zero_point) for end in (-128, 127)]
        rising, falling, bias = rising[outputs], falling[outputs], bias[outputs]
        return Layer(
            NAMES[operator.code],
            index,
            outputs,
            *self._clamp(operator),
            reals[outputs],
            input_tensor.zero_point,
            bias + (rising + falling) @ alone,
            (rising + falling)[:, ~lacks].sum(axis=1),
            bias + rising @ ends[0] + falling @ ends[1],
            bias + rising @ ends[1] + falling @ ends[0],
        )

    def _outputs_of(self, index: int, count: int) -> np.ndarray:
        """The channels of a layer's output that the rune has."""
        known = self._told.get(index)
        if known is None:
            return np.arange(count)
        outputs = np.frombuffer(base64.b64decode(known), "<i8")
        if len(outputs) == 0 or (np.diff(outputs) <= 0).any() or outputs[0] < 0 or outputs[-1] >= count:
            raise Unfollowed(f"the channels of tensor {index} are not some of {count}")
        self._lacks[index] = ~np.isin(np.arange(count), outputs)
        return outputs

    def _note(self, operator: Any, sums: tuple[np.ndarray, ...], inputs: tuple[np.ndarray, np.ndarray]) -> None:
        """Notes between what a layer's outputs lie, for inputs between these."""
        (rising, falling, bias, reals), (least, greatest) = sums, inputs
        ends = bias + rising @ least + falling @ greatest, bias + rising @ greatest + falling @ least
        is_twice = self._is_twice or operator.code != FULLY_CONNECTED
        exponents = multipliers(reals)[1] if is_twice else np.zeros(len(reals), np.int64)
        reach = np.maximum(np.abs(ends[0]), np.abs(ends[1]))
        if (reach >= FARTHEST >> np.clip(exponents, 0, 31)).any():
            return  # sums may wrap, and then be anything
        bounds = [
            np.clip(rounded(end[:, None], reals, is_twice=is_twice)[:, 0], *self._clamp(operator)) for end in ends
        ]
        self._bounds[operator.outputs[0]] = bounds[0], bounds[1]


def twice(sums: np.ndarray, mantissas: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """What the reference makes of sums [channel, any], before the output's zero point: times mantissa * 2**-31, rounded
    to nearest, halves up; then times 2**exponent, rounded to nearest, halves away from zero."""
    left, right = np.maximum(exponents, 0)[:, None], np.maximum(-exponents, 0)[:, None]
    product = ((sums << left) * mantissas[:, None] + (1 << 30)) >> 31
    half = np.where(right > 0, np.int64(1) << np.maximum(right - 1, 0), 0)
    return np.asarray((product + half - ((product < 0) & (right > 0))) >> right)


def rounded(sums: np.ndarray, reals: np.ndarray, *, is_twice: bool) -> np.ndarray:
    """The same by what sums are multiplied by; of fully connected layers in double precision, rounded once, halves away
    from zero."""
    if is_twice:
        return twice(sums, *multipliers(reals))
    products = sums.astype(np.float64) * reals[:, None]
    whole = np.trunc(products)
    return np.asarray(whole + np.sign(products) * (np.abs(products - whole) >= 0.5), np.int64)


def _by_channel(operator: Any, weights: np.ndarray, input_tensor: Any) -> tuple[np.ndarray, np.ndarray]:
    """Weights as [output channel, tap, number], and the input channel of each number."""
    depth = _depth(operator, weights, input_tensor)
    if operator.code == FULLY_CONNECTED:
        return weights.reshape(len(weights), -1, depth), np.arange(depth)[None]
    if operator.code == DEPTHWISE_CONV_2D:
        channels = weights.shape[3]
        return weights.reshape(-1, channels).T[:, :, None], (np.arange(channels) // (channels // depth))[:, None]
    outputs, group = len(weights), weights.shape[3]
    first = np.arange(outputs) // (outputs * group // depth) * group  # of the group that each output sees
    return weights.reshape(outputs, -1, group), first[:, None] + np.arange(group)


def _depth(operator: Any, weights: np.ndarray, input_tensor: Any) -> int:
    """How many channels of its input tell its weights apart: of a fully connected layer whose rows are no multiple of
    them, none does."""
    is_even = operator.code != FULLY_CONNECTED or weights.shape[1] % input_tensor.channels == 0
    return input_tensor.channels if is_even else 1


def _reals(operator: Any, input_tensor: Any, weights: Any, output_tensor: Any, *, has_bias: bool) -> np.ndarray:
    if operator.code != FULLY_CONNECTED and input_tensor.is_unsigned and not has_bias:  # then in single precision
        product = np.float32(input_tensor.scales[0]) * np.float32(weights.scales[0])
        return np.array([float(product) / output_tensor.scales[0]])
    return np.asarray(input_tensor.scales[0] * weights.scales / output_tensor.scales[0])


def _is_padded(operator: Any, input_tensor: Any, weights: Any, output_tensor: Any) -> bool:
    """Whether anything beside the image is counted."""
    options = operator.options
    if operator.code == FULLY_CONNECTED or options is None or options.number(0, "<b") != 0:
        return False
    dilations = (5, 4) if operator.code == CONV_2D else (6, 5)
    for axis, stride, dilation in ((1, 2, dilations[0]), (2, 1, dilations[1])):
        reach = (weights.shape[axis] - 1) * options.number(dilation, default=1) + 1
        if (output_tensor.shape[axis] - 1) * options.number(stride) + reach > input_tensor.shape[axis]:
            return True
    return False


def multiplier(real: float) -> tuple[int, int]:
    """Mantissa and exponent of TensorFlow Lite: mantissa * 2**(exponent - 31) is the nearest to the number."""
    if real == 0:
        return 0, 0
    fraction, exponent = math.frexp(real)
    mantissa = math.floor(fraction * 2**31 + 0.5)
    if mantissa == 2**31:
        mantissa, exponent = mantissa // 2, exponent + 1
    return (0, 0) if exponent < -31 else (mantissa, exponent)


def multipliers(reals: Any) -> tuple[np.ndarray, np.ndarray]:
    """Of several numbers."""
    pairs = [multiplier(float(each)) for each in reals]
    return np.array([each[0] for each in pairs], np.int64), np.array([each[1] for each in pairs], np.int64)


def constants_of(rounding: str, reals: np.ndarray, *, is_split: bool) -> dict[str, np.ndarray]:
    """The constants of the reference's own arithmetic, which needs no proof; `is_split` where kernels of vectors have
    powers of two in place of exponents."""
    if rounding == "nearest":
        return {"scale": reals}
    mantissas, exponents = multipliers(reals)
    if not is_split:
        return {"mantissa": mantissas, "exponent": exponents}
    left, right = np.clip(exponents, 0, 30), np.clip(-exponents, 0, 30)
    constants = {"multiplier": np.where(exponents > -31, mantissas, 0), "factor": np.int64(1) << (30 - right)}
    return constants | ({"left": np.int64(1) << left} if left.any() else {})


def pairs(layer: Layer) -> np.ndarray:
    """The reference's results of an ADD or SUB for all pairs of bytes from -128 on, counted from the zero point."""
    sums = (layer.terms[0][:, None] + layer.terms[1][None, :]).reshape(1, -1)
    return np.asarray(np.clip(twice(sums, *multipliers(layer.reals)), layer.lowest, layer.highest))

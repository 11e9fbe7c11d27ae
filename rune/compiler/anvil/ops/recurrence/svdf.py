"""SVDF: filters of two factors. What a filter makes of the input is kept for some runs, and weighted by its age.

    kept[filter] = (kept[filter] without the oldest, input . features[filter])
    output[unit] = activation(bias[unit] + sum over the unit's filters of kept[filter] . times[filter])

int8 keeps numbers of 16 bits: the first sum is rounded to them, the second to the output's byte, both twice;
multipliers are quotients of single precision. Source: TFLite's kernel `svdf.cc` and its reference kernel
`internal/reference/svdf.h`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, multipliers_of, rescaled_twice
from rune.compiler.anvil.ops.types import FLOAT32, INT8, INT32, WITHOUT_SCALE, are, array, bounded, one_scale
from rune.compiler.anvil.requantisation.fixed_point import Integers, Multiplier, real_range, scale_of
from rune.model.tflite import Activation, SvdfOptions, Tensor, TensorKind

INPUT, FEATURES, TIMES, BIAS, STATE = range(5)
"""The places of the op's inputs."""


@dataclass(frozen=True, eq=False)
class Filters:
    """`features` are [filter, input], `times` [filter, run], the oldest first, `bias` one a unit. A unit sums `rank`
    filters. The state is [batch, filter, run]."""

    batches: int
    rank: int
    features: NDArray[np.generic]
    times: NDArray[np.generic]
    bias: NDArray[np.generic]

    @property
    def memory(self) -> int:
        """The number of runs for which a filter's numbers are kept."""
        return int(self.times.shape[1])

    def shifted(self, state: Array, newest: Array) -> Array:
        """The state without the oldest numbers, [batch, filter] new ones behind."""
        older = state.reshape(self.batches, -1, self.memory)[:, :, 1:]
        return np.concatenate([older, newest.astype(state.dtype)[:, :, None]], axis=2)

    def summed(self, state: Array) -> Array:
        """[batch, unit] in the state's type, which must have room."""
        weighted_sums = (state * self.times.astype(state.dtype)).sum(axis=2)
        return np.asarray(
            weighted_sums.reshape(self.batches, -1, self.rank).sum(axis=2) + self.bias.astype(state.dtype)
        )

    @property
    def multiply_accumulates(self) -> int:
        return self.batches * (self.features.size + self.times.size)

    @property
    def constant_bytes(self) -> int:
        return self.features.nbytes + self.times.nbytes + self.bias.nbytes


@dataclass(frozen=True, eq=False)
class SvdfFloat32(Computation):
    """The op SVDF in float32, clamped to the activation's bounds."""

    filters: Filters
    minimum: float
    maximum: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.filters.batches, -1).astype(np.float64)
        state = self.filters.shifted(inputs[1], numbers @ self.filters.features.T.astype(np.float64))
        sums = self.filters.summed(state.astype(np.float64))
        return np.clip(sums, self.minimum, self.maximum).astype(np.float32), state

    @property
    def multiply_accumulates(self) -> int:
        return self.filters.multiply_accumulates

    @property
    def constant_bytes(self) -> int:
        return self.filters.constant_bytes


@dataclass(frozen=True, eq=False)
class SvdfInt8(Computation):
    """`kept` makes the first sums numbers of the state, `made` the second ones bytes."""

    filters: Filters
    input_zero_point: int
    to_state: Multiplier
    to_output: Multiplier
    output: OutputRange

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.filters.batches, -1).astype(np.int64) - self.input_zero_point
        newest = _rescaled(numbers @ self.filters.features.T.astype(np.int64), self.to_state)
        state = self.filters.shifted(inputs[1], np.clip(newest, -(2**15), 2**15 - 1))
        sums = self.filters.summed(state.astype(np.int64))
        return self.output.of_values(_rescaled(sums, self.to_output)), state

    @property
    def multiply_accumulates(self) -> int:
        return self.filters.multiply_accumulates

    @property
    def constant_bytes(self) -> int:
        return self.filters.constant_bytes


def _rescaled(sums: Integers, by: Multiplier) -> Integers:
    """Sums wrap at 32 bits, as those of the kernels."""
    return rescaled_twice(sums.astype(np.int32)[..., None], [by])[..., 0]


def _options(op: ModelOp) -> SvdfOptions:
    assert isinstance(op.operator.options, SvdfOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def _constants(op: ModelOp) -> list[Tensor]:
    bias = op.optional_input(BIAS)
    return [op.input(FEATURES), op.input(TIMES), *([] if bias is None else [bias])]


def refusal(op: ModelOp) -> str | None:
    if op.is_unsigned:
        return ""
    features, times, *bias = _constants(op)
    state = op.input(STATE)
    if are(INT8, op.input(INPUT), features, op.output):
        if not are(TensorKind.INT16, times, state) or not are(INT32, *bias):
            return "weights over time or a state that are not of 16 bits"
        if not one_scale(op.input(INPUT), features, times, state, op.output) or any(
            each.zero_point for each in (features, times, state)
        ):
            return WITHOUT_SCALE
        if _options(op).activation is not Activation.RELU:
            return f"activation {_options(op).activation.name}"
    elif not are(FLOAT32, op.input(INPUT), features, times, *bias, state, op.output):
        return ""
    elif not bounded(_options(op).activation):
        return f"activation {_options(op).activation.name}"
    if not state.is_variable:
        return "a state that is not a variable"
    return None if all(each.data is not None for each in _constants(op)) else "weights that are not constant"


@np.errstate(over="ignore")
def computation(op: ModelOp) -> Computation:
    source, features, times, state, output = (
        op.input(INPUT),
        op.input(FEATURES),
        op.input(TIMES),
        op.input(STATE),
        op.output,
    )
    rank = _options(op).rank
    require(len(features.shape) == len(times.shape) == len(source.shape) == 2, "input and weights need two dimensions")
    (batches, inputs), (count, memory) = source.shape, times.shape
    require(features.shape == (count, inputs), f"the features are {list(features.shape)}, not {[count, inputs]}")
    require(count % rank == 0, f"{count} filters are no multiple of rank {rank}")
    require(output.count == batches * (count // rank), f"the output has {output.count} numbers")
    require(state.count == batches * count * memory, f"the state has {state.count} numbers")
    filters = Filters(batches, rank, _stored_numbers(features), _stored_numbers(times), _bias(op, count // rank))
    if source.kind is FLOAT32:
        return SvdfFloat32(filters, *real_range(_options(op).activation))
    (scale, zero_point), (to, _) = scale_of(source), scale_of(output)
    of_features, of_times, of_state = (np.float32(scale_of(each)[0]) for each in (features, times, state))
    to_state, to_output = multipliers_of(
        [float(np.float32(scale) * of_features / of_state), float(of_state * of_times / np.float32(to))]
    )
    return SvdfInt8(filters, zero_point, to_state, to_output, OutputRange.whole(output))


_STORED_TYPES: Mapping[TensorKind, type[np.generic]] = {FLOAT32: np.float32, INT8: np.int8, TensorKind.INT16: np.int16}


def _stored_numbers(tensor: Tensor) -> NDArray[np.generic]:
    return array(tensor, _STORED_TYPES[tensor.kind])


def _bias(op: ModelOp, units: int) -> NDArray[np.generic]:
    bias, kind = op.optional_input(BIAS), np.float32 if op.output.kind is FLOAT32 else np.int32
    if bias is None:
        return np.zeros(units, kind)
    require(bias.count == units, f"the bias has {bias.count} numbers, not {units}")
    return array(bias, kind).reshape(-1)


OPERATIONS = {"SVDF": OpKind(refusal, computation, states=(STATE,))}

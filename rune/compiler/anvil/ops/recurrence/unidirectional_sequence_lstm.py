"""UNIDIRECTIONAL_SEQUENCE_LSTM: what it gave and its cells are kept from step to step, and from run to run.

    input, forget, output gate = logistic(W x + R h + b)        candidate = tanh(W x + R h + b)
    cell = forget gate * cell + input gate * candidate          h = output gate * tanh(cell)

as Keras exports its LSTM: without peepholes, projection, normalisation of layers or coupled gates. In int8 each of the
two sums of a gate is rounded twice to units of 2**-12 and the gate saturates at 16 bits after each of them; cells are
of 16 bits. Source: TFLite's kernels `unidirectional_sequence_lstm.cc` and `lstm_eval.cc`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.activations.sigmoid_int16 import Sigmoid, SigmoidInt16
from rune.compiler.anvil.ops.numbers.fixed_point_exp import rounded_shift
from rune.compiler.anvil.ops.numbers.float_functions import exp
from rune.compiler.anvil.ops.numbers.functions_int16 import logistic, tanh
from rune.compiler.anvil.ops.numbers.rescaling import multipliers_of, precision, rescaled_twice
from rune.compiler.anvil.ops.types import FLOAT32, INT8, INT32, WITHOUT_SCALE, are, array, one_scale
from rune.compiler.anvil.requantisation.fixed_point import Integers, Multiplier, multiplier, scale_of
from rune.model.profile import TFLM
from rune.model.tflite import Activation, LstmOptions, Tensor, TensorKind

GATES = 4
"""In this order: input, forget, candidate, output."""
_INPUT, _WEIGHTS, _RECURRENT, _BIASES, _HIDDEN_STATE, _CELLS = 0, 1, 5, 12, 18, 19
_PEEPHOLES, _PROJECTION, _NORMALISATION = range(9, 12), range(16, 18), range(20, 24)
_HIDDEN_INTERMEDIATE = 4
_GATE_BITS, _UNIT_BITS = 12, 15


@dataclass(frozen=True)
class LstmShape:
    """`time_major`: the input is [step, batch, input], else [batch, step, input]; the output alike."""

    steps: int
    batches: int
    inputs: int
    units: int
    time_major: bool

    def by_time(self, source: Array) -> Array:
        """[step, batch, input]."""
        if self.time_major:
            return source.reshape(self.steps, self.batches, self.inputs)
        return source.reshape(self.batches, self.steps, self.inputs).swapaxes(0, 1)

    def as_output(self, steps: list[Array]) -> Array:
        """Returns the result of each step in the layout of the output."""
        output = np.stack(steps)
        return np.ascontiguousarray(output if self.time_major else output.swapaxes(0, 1))

    @property
    def multiply_accumulates(self) -> int:
        return self.steps * self.batches * GATES * self.units * (self.inputs + self.units)


@dataclass(frozen=True, eq=False)
class LstmFloat32(Computation):
    """`weights` are [gate, unit, input], `recurrent` [gate, unit, unit], `bias` [gate, unit]. Cells are clipped to
    `cell_clip`; infinity is no clip."""

    sequence: LstmShape
    weights: NDArray[np.generic]
    recurrent: NDArray[np.generic]
    bias: NDArray[np.generic]
    cell_clip: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        place = self.sequence
        hidden_state, cells = (each.reshape(place.batches, place.units).astype(np.float64) for each in inputs[1:])
        weights, recurrent, bias = (each.astype(np.float64) for each in (self.weights, self.recurrent, self.bias))
        outputs = []
        for step in place.by_time(inputs[0]).astype(np.float64):
            sums = (
                np.einsum("bi,gui->gbu", step, weights)
                + np.einsum("bi,gui->gbu", hidden_state, recurrent)
                + bias[:, None]
            )
            cells = _logistic(sums[1]) * cells + _logistic(sums[0]) * np.tanh(sums[2])
            cells = np.clip(cells, -self.cell_clip, self.cell_clip)
            hidden_state = _logistic(sums[3]) * np.tanh(cells)
            outputs.append(hidden_state.astype(np.float32))
        return place.as_output(outputs), hidden_state.astype(np.float32), cells.astype(np.float32)

    @property
    def multiply_accumulates(self) -> int:
        return self.sequence.multiply_accumulates


def _logistic(values: Array) -> Array:
    return 1 / (1 + exp(-values))


@dataclass(frozen=True)
class LstmScales:
    """`inputs` and `hiddens` bring a gate's sums to units of 2**-12, one a gate; `output` brings a product of two
    numbers in units of 2**-15 to bytes. A cell counts units of 2**-`cell_bits` and saturates at `cell_clip`."""

    inputs: tuple[Multiplier, ...]
    hiddens: tuple[Multiplier, ...]
    output: Multiplier
    input_zero_point: int
    hidden_zero_point: int
    output_zero_point: int
    cell_bits: int
    cell_clip: int


@dataclass(frozen=True, eq=False)
class LstmInt8(Computation):
    """Weights and bias as of `LstmFloat32`, int8 and int32."""

    sequence: LstmShape
    weights: NDArray[np.generic]
    recurrent: NDArray[np.generic]
    bias: NDArray[np.generic]
    scales: LstmScales

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        place, scales = self.sequence, self.scales
        hidden_state, cells = (each.reshape(place.batches, place.units).astype(np.int64) for each in inputs[1:])
        outputs = []
        for step in place.by_time(inputs[0]).astype(np.int64):
            sums = self._sums(step - scales.input_zero_point, self.weights, scales.inputs, self.bias)
            more = self._sums(
                hidden_state - scales.hidden_zero_point, self.recurrent, scales.hiddens, np.zeros_like(self.bias)
            )
            cells, products = self._step(sums, more, cells)
            hidden_state = np.clip(_rescaled(products, scales.output) + scales.output_zero_point, -128, 127)
            outputs.append(hidden_state.astype(np.int8))
        return place.as_output(outputs), hidden_state.astype(np.int8), cells.astype(np.int16)

    def _step(self, sums: Integers, more: Integers, cells: Integers) -> tuple[Integers, Integers]:
        """The cells after a step, and the outputs in units of 2**-30: `sums` is what its input gives to each gate,
        `more` what the output of the step before does."""
        cell_bits = self.scales.cell_bits
        gates = _saturated(_saturated(sums) + more)
        input_gate, forget_gate, output_gate = (logistic(gates[number]) for number in (0, 1, 3))
        candidates = rounded_shift(input_gate * tanh(gates[2], 3), 2 * _UNIT_BITS - cell_bits)
        cells = np.clip(rounded_shift(forget_gate * cells, _UNIT_BITS) + candidates, *self.cell_bounds)
        return cells, output_gate * tanh(cells, _UNIT_BITS - cell_bits)

    @property
    def cell_bounds(self) -> tuple[int, int]:
        """The least and the greatest number of a cell."""
        clip = self.scales.cell_clip
        return (-clip, clip) if clip else (-(2**15), 2**15 - 1)

    def _sums(
        self, numbers: Integers, weights: NDArray[np.generic], by: tuple[Multiplier, ...], bias: NDArray[np.generic]
    ) -> Integers:
        """[gate, batch, unit] in units of 2**-12."""
        sums = np.einsum("bi,gui->gbu", numbers, weights.astype(np.int64)) + bias.astype(np.int64)[:, None]
        return np.stack([_rescaled(gate, each) for gate, each in zip(sums, by, strict=True)])

    @property
    def multiply_accumulates(self) -> int:
        return self.sequence.multiply_accumulates


@dataclass(frozen=True, eq=False)
class LstmInt8ByTable(LstmInt8):
    """The same as TFLite Micro computes it: gates by the table of the logistic function (`sigmoid_int16`), products
    rounded twice."""

    def _step(self, sums: Integers, more: Integers, cells: Integers) -> tuple[Integers, Integers]:
        gates = _saturated(_saturated(sums) + _saturated(more))
        input_gate, forget_gate, output_gate = (
            _by_table(Sigmoid.LOGISTIC, gates[number], _GATE_BITS) for number in (0, 1, 3)
        )
        candidates = _rescaled(input_gate * _by_table(Sigmoid.TANH, gates[2], _GATE_BITS), self.to_cell)
        cells = _saturated(
            _saturated(_rescaled(forget_gate * cells, multiplier(2.0**-_UNIT_BITS))) + _saturated(candidates)
        )
        cells = np.clip(cells, *self.cell_bounds)
        return cells, output_gate * _by_table(Sigmoid.TANH, cells, self.scales.cell_bits)

    @property
    def to_cell(self) -> Multiplier:
        """The multiplier from a product of two numbers in units of 2**-15 to the unit of a cell."""
        return multiplier(2.0 ** (self.scales.cell_bits - 2 * _UNIT_BITS))


def places_of(bits: int) -> tuple[int, int]:
    """The multiplier of a number in units of 2**-bits, and its shift to the right, for the places of the table."""
    return (3 << (_GATE_BITS - bits), 0) if bits <= _GATE_BITS else (3, bits - _GATE_BITS)


def _by_table(function: Sigmoid, values: Integers, bits: int) -> Integers:
    return SigmoidInt16(function, values.size, *places_of(bits)).evaluate(values)[0].astype(np.int64)


def _rescaled(sums: Integers, by: Multiplier) -> Integers:
    return rescaled_twice(sums.astype(np.int32)[..., None], [by])[..., 0]


def _saturated(values: Integers) -> Integers:
    return np.clip(values, -(2**15), 2**15 - 1)


def _options(op: ModelOp) -> LstmOptions:
    assert isinstance(op.operator.options, LstmOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def _four(op: ModelOp, first: int) -> list[Tensor]:
    return [op.input(first + gate) for gate in range(GATES)]


def _has(op: ModelOp, places: range) -> bool:
    return any(op.optional_input(place) is not None for place in places)


def refusal(op: ModelOp) -> str | None:
    if op.is_unsigned:
        return ""
    if op.optional_input(_WEIGHTS) is None:
        return "coupled gates"
    if _has(op, _PEEPHOLES) or _has(op, _PROJECTION) or _has(op, _NORMALISATION):
        return "peepholes, a projection or a normalisation of layers"
    weights, biases = [*_four(op, _WEIGHTS), *_four(op, _RECURRENT)], _four(op, _BIASES)
    hidden_state, cells = op.input(_HIDDEN_STATE), op.input(_CELLS)
    if not hidden_state.is_variable or not cells.is_variable:
        return "states that are not variables"
    if any(each.data is None for each in (*weights, *biases)):
        return "weights that are not constant"
    if _options(op).activation is not Activation.TANH:
        return f"activation {_options(op).activation.name}"
    if are(FLOAT32, op.input(_INPUT), *weights, *biases, hidden_state, cells, op.output):
        return None
    if not are(INT8, op.input(_INPUT), *weights, hidden_state, op.output):
        return ""
    if not are(INT32, *biases) or not are(TensorKind.INT16, cells):
        return "biases that are not of 32 bits or cells that are not of 16"
    quantized_tensors = (op.input(_INPUT), *weights, hidden_state, cells, _hidden_intermediate(op), op.output)
    if not all(each is not None and one_scale(each) for each in quantized_tensors) or any(
        each.zero_point for each in weights
    ):
        return WITHOUT_SCALE
    bits = -math.log2(scale_of(cells)[0])
    return None if bits in range(_UNIT_BITS - 6, _UNIT_BITS + 1) else "cells whose unit is no power of two from 2**-15"


def _hidden_intermediate(op: ModelOp) -> Tensor | None:
    """Says how numbers are quantised that become the output."""
    return op.intermediates[_HIDDEN_INTERMEDIATE] if len(op.intermediates) > _HIDDEN_INTERMEDIATE else None


def computation(op: ModelOp) -> Computation:
    source, hidden_state, cells, output = op.input(_INPUT), op.input(_HIDDEN_STATE), op.input(_CELLS), op.output
    options = _options(op)
    require(len(source.shape) == 3, "the input needs three dimensions")
    first, second, inputs = source.shape
    steps, batches = (first, second) if options.time_major else (second, first)
    units = op.input(_WEIGHTS).shape[0]
    for tensors, shape in ((_WEIGHTS, (units, inputs)), (_RECURRENT, (units, units)), (_BIASES, (units,))):
        require(all(each.shape == shape for each in _four(op, tensors)), f"weights or biases are not all {list(shape)}")
    require(
        hidden_state.count == cells.count == batches * units, f"the states do not have {batches * units} numbers each"
    )
    require(output.shape == (first, second, units), f"the output is not {[first, second, units]}")
    sequence = LstmShape(steps, batches, inputs, units, options.time_major)
    weight_type = np.float32 if source.kind is FLOAT32 else np.int8
    weights, recurrent = (_stacked(op, place, weight_type) for place in (_WEIGHTS, _RECURRENT))
    bias = _stacked(op, _BIASES, np.float32 if source.kind is FLOAT32 else np.int32)
    if source.kind is FLOAT32:
        clip = options.cell_clip if options.cell_clip > 0 else math.inf
        return LstmFloat32(sequence, weights, recurrent, bias, clip)
    if op.profile is TFLM:
        return LstmInt8ByTable(sequence, weights, recurrent, bias, _scales(op, hidden_state))
    return LstmInt8(sequence, weights, recurrent, bias, _scales(op, _inner(op)))


def _stacked(op: ModelOp, first: int, kind: type[np.generic]) -> NDArray[np.generic]:
    return np.stack([array(each, kind) for each in _four(op, first)])


def _inner(op: ModelOp) -> Tensor:
    intermediate = _hidden_intermediate(op)
    assert intermediate is not None  # noqa: S101 - `refusal` was asked before
    return intermediate


@np.errstate(over="ignore")
def _scales(op: ModelOp, result: Tensor) -> LstmScales:
    """The output counts as `given` does. Quotients are taken in the runtime's precision, but those by a power of two,
    which are exact."""
    source, hidden_state, cells = op.input(_INPUT), op.input(_HIDDEN_STATE), op.input(_CELLS)
    (_, input_zero_point), (_, hidden_zero_point) = scale_of(source), scale_of(hidden_state)
    inner, inner_zero_point = scale_of(result)
    cell, clip = np.float32(scale_of(cells)[0]), _options(op).cell_clip

    def by(first: int, numbers: Tensor) -> tuple[Multiplier, ...]:
        units, gate = np.float32(scale_of(numbers)[0]), np.float32(2.0**-_GATE_BITS)
        return multipliers_of([float(np.float32(scale_of(each)[0]) * units / gate) for each in _four(op, first)])

    (to_output,) = multipliers_of([float(precision(op)(2.0**-_UNIT_BITS / inner * 2.0**-_UNIT_BITS))])
    return LstmScales(
        by(_WEIGHTS, source),
        by(_RECURRENT, hidden_state),
        to_output,
        input_zero_point,
        hidden_zero_point,
        inner_zero_point,
        round(-math.log2(cell)),
        int(min(float(np.float32(clip) / cell), 2.0**15 - 1)) if clip > 0 else 0,
    )


OPERATIONS = {"UNIDIRECTIONAL_SEQUENCE_LSTM": OpKind(refusal, computation, states=(_HIDDEN_STATE, _CELLS))}

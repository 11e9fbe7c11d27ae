"""A gated recurrent unit (GRU) as operators: its steps one after the other, as TensorFlow's converter writes them for a
batch of 1.

The order of the operators is the converter's too, because memory depends on it. It sorts what is ready by name, and the
names of a step have twice its number in them: the inputs of step 5 (10) come before those of step 1 (2).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from lab.formats.tflite_builder import NO_TENSOR, Builder

_GATES = 3
"""For an input: how much of the state stays, how much of it the next one reads, and the next one."""
_FULLY_CONNECTED = ("FullyConnected", {"weightsFormat": 0, "keepNumDims": False})


def add_steps(builder: Builder, source: int, units: int, name: str, random: np.random.Generator) -> int:
    """Adds a layer of `units` outputs with weights by chance. `source` has the steps as all dimensions but the first,
    which is 1, and the last. Returns the last state, `(1, units)`."""
    shape = builder.shape_of(source)
    steps, channels = prod(shape[1:-1]), shape[-1]
    layer = _Layer(builder, units, name, random, channels)
    target = (steps, 1, channels)
    sizes = builder.constant(f"{name}/shape", np.array(target, np.int32))
    rows = builder.add("RESHAPE", [source, sizes], target, f"{name}/rows", ("Reshape", {"newShape": list(target)}))
    inputs = builder.add_many("UNPACK", [rows], [(1, channels)] * steps, name, ("Unpack", {"num": steps, "axis": 0}))
    state, step, gates = layer.first(layer.parts(inputs[0])), 1, {}
    state_parts = layer.state_parts(state) if steps > 1 else None
    for place in sorted(range(1, steps), key=lambda place: f"{2 * place}_"):
        gates[place] = layer.parts(inputs[place])
        while step in gates:
            state = layer.next(state, gates.pop(step), state_parts)
            step += 1
            # Where its inputs are not there yet, a step waits for them behind the product with the state.
            state_parts = layer.state_parts(state) if step < steps and step not in gates else None
    return state


@dataclass(frozen=True)
class _InputParts:
    """The parts of an input: those that a step adds to both gates and to the next state."""

    update: int
    reset: int
    state: int


class _Layer:
    def __init__(self, builder: Builder, units: int, name: str, random: np.random.Generator, channels: int) -> None:
        def weights(label: str, *shape: int) -> int:
            return builder.constant(f"{name}/{label}", random.normal(0, 0.3, shape).astype(np.float32))

        self._builder = builder
        self._units = units
        self._name = name
        self._kernel = weights("kernel", _GATES * units, channels)
        self._bias = weights("bias", _GATES * units)
        self._of_gates = weights("recurrent_gates", (_GATES - 1) * units, units)
        self._of_state = weights("recurrent_state", units, units)
        self._one = builder.constant(f"{name}/one", np.array(1, np.float32))
        self._axis = builder.constant(f"{name}/axis", np.array(-1, np.int32))
        self._places = [
            builder.constant(f"{name}/{place}", np.array([0, place], np.int32)) for place in (0, units, 2 * units)
        ]
        self._strides = builder.constant(f"{name}/strides", np.array([1, 1], np.int32))

    def parts(self, source: int) -> _InputParts:
        """The product of an input with its weights, in its three parts."""
        product = self._product(source, self._kernel, self._bias, _GATES * self._units)
        shapes = [(1, self._units)] * _GATES
        options = ("Split", {"numSplits": _GATES})
        return _InputParts(
            *self._builder.add_many("SPLIT", [self._axis, product], shapes, f"{self._name}/split", options)
        )

    def state_parts(self, state: int) -> tuple[int, int]:
        """The parts of the state before: those that a step adds to both gates."""
        product = self._of_state_before(state)
        return self._gate(product, 0), self._gate(product, 1)

    def first(self, parts: _InputParts) -> int:
        """The state after the first step; that before is 0."""
        remaining = self._remaining(self._add("LOGISTIC", parts.update))
        return self._add("MUL", remaining, self._add("TANH", parts.state))

    def next(self, state: int, parts: _InputParts, state_parts: tuple[int, int] | None) -> int:
        """The state after a further step; `state_parts` is what the state before adds, where it is computed already."""
        if state_parts is not None:
            update = self._add("LOGISTIC", self._add("ADD", parts.update, state_parts[0]))
            retained_part = self._add("MUL", update, state)
            remaining, reset = self._remaining(update), state_parts[1]
        else:
            product = self._of_state_before(state)
            update = self._add("LOGISTIC", self._add("ADD", parts.update, self._gate(product, 0)))
            remaining = self._remaining(update)
            retained_part, reset = self._add("MUL", update, state), self._gate(product, 1)
        share = self._add("LOGISTIC", self._add("ADD", parts.reset, reset))
        read = self._product(self._add("MUL", share, state), self._of_state, NO_TENSOR, self._units)
        coming = self._add("TANH", self._add("ADD", parts.state, read))
        return self._add("ADD", retained_part, self._add("MUL", remaining, coming))

    def _of_state_before(self, state: int) -> int:
        return self._product(state, self._of_gates, NO_TENSOR, (_GATES - 1) * self._units)

    def _product(self, source: int, weights: int, bias: int, size: int) -> int:
        name = f"{self._name}/product"
        return self._builder.add("FULLY_CONNECTED", [source, weights, bias], (1, size), name, _FULLY_CONNECTED)

    def _gate(self, product: int, place: int) -> int:
        """The part of a product for one of both gates."""
        inputs = [product, self._places[place], self._places[place + 1], self._strides]
        options = ("StridedSlice", {"beginMask": 1 if place else 3, "endMask": 1})
        return self._builder.add("STRIDED_SLICE", inputs, (1, self._units), f"{self._name}/gate", options)

    def _remaining(self, share: int) -> int:
        return self._add("SUB", self._one, share)

    def _add(self, op: str, *inputs: int) -> int:
        """Adds an operator that works element by element."""
        options = {
            "ADD": ("Add", {"potScaleInt16": True}),
            "SUB": ("Sub", {"potScaleInt16": True}),
            "MUL": ("Mul", {}),
        }.get(op, ("", {}))
        return self._builder.add(op, inputs, (1, self._units), f"{self._name}/{op.lower()}", options)

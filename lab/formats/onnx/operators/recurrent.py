"""Recurrent layers, step by step: what the input adds to all steps is computed at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import Array, OnnxNode
from lab.formats.onnx.operators.matrices import layer
from lab.formats.onnx.optional_inputs import input_name
from lab.formats.onnx.values import ACTIVATION, Handler, Translation, refuse
from lab.formats.tflite_builder import Builder
from lab.refusal import Reason, Refused
from rune.wording import listed, plain, quoted

_DIRECTIONS = ("forward", "reverse", "bidirectional")
MOST_STEPS = 256
"""Steps of a series; each of them is a dozen operators of the file."""


@dataclass(frozen=True)
class _Cell:
    """One direction of a layer while it is unrolled. `recurrent` has a row for each unit and a column for each gate's
    unit."""

    builder: Builder
    translation: Translation
    recurrent: Array
    bias: Array
    batch: int
    units: int
    name: str

    def two(self, op: str, one: int, other: int, name: str) -> int:
        """An operator with two inputs of the cell's shape."""
        options = {"ADD": "Add", "MUL": "Mul", "SUB": "Sub"}[op]
        shape = (self.batch, self.units)
        return self.builder.add(op, [one, other], shape, f"{self.name}/{name}", (options, {ACTIVATION: 0}))

    def one(self, op: str, value: int, name: str) -> int:
        return self.builder.add(op, [value], (self.batch, self.units), f"{self.name}/{name}")

    def gates(self, tensor: int, count: int, name: str) -> list[int]:
        """Returns the equal parts of a tensor that each gate gets."""
        axis = self.translation.store("axis", np.array(1, np.int32))
        shapes = [(self.batch, self.units)] * count
        options = ("Split", {"numSplits": count})
        return self.builder.add_many("SPLIT", [axis, tensor], shapes, f"{self.name}/{name}", options)

    def from_state(self, state: int, name: str) -> int:
        """Returns the contribution of the state to all gates."""
        bias = self.bias if self.bias.any() else None
        return layer(self.translation, state, self.recurrent, bias, f"{self.name}/{name}")


_States = tuple[int, ...]


def _lstm_step(cell: _Cell, input_part: int, states: _States, number: int) -> _States:
    state, memory = states
    shape = (cell.batch, 4 * cell.units)
    both = [input_part, cell.from_state(state, f"from_state_{number}")]
    total = cell.builder.add("ADD", both, shape, f"{cell.name}/sum_{number}", ("Add", {ACTIVATION: 0}))
    enter, leave, forget, new = cell.gates(total, 4, f"gate_{number}")
    remaining = cell.two("MUL", cell.one("LOGISTIC", forget, f"forget_{number}"), memory, f"remaining_{number}")
    update = cell.two(
        "MUL", cell.one("LOGISTIC", enter, f"enter_{number}"), cell.one("TANH", new, f"new_{number}"), f"in_{number}"
    )
    memory = cell.two("ADD", remaining, update, f"memory_{number}")
    output_gate = cell.one("LOGISTIC", leave, f"leave_{number}")
    return cell.two("MUL", output_gate, cell.one("TANH", memory, f"shown_{number}"), f"state_{number}"), memory


def _gru_step(cell: _Cell, input_part: int, states: _States, number: int) -> _States:
    (state,) = states
    update_in, reset_in, new_in = cell.gates(input_part, 3, f"fed_{number}")
    update_own, reset_own, new_own = cell.gates(cell.from_state(state, f"from_state_{number}"), 3, f"own_{number}")
    update = cell.one("LOGISTIC", cell.two("ADD", update_in, update_own, f"u_{number}"), f"update_{number}")
    reset = cell.one("LOGISTIC", cell.two("ADD", reset_in, reset_own, f"r_{number}"), f"reset_{number}")
    rest = cell.two("MUL", reset, new_own, f"rest_{number}")
    new = cell.one("TANH", cell.two("ADD", new_in, rest, f"n_{number}"), f"new_{number}")
    # new + update * (state - new)
    gap = cell.two("SUB", state, new, f"gap_{number}")
    return (cell.two("ADD", new, cell.two("MUL", update, gap, f"part_{number}"), f"state_{number}"),)


def _simple_step(cell: _Cell, input_part: int, states: _States, number: int) -> _States:
    own = cell.from_state(states[0], f"from_state_{number}")
    return (cell.one("TANH", cell.two("ADD", input_part, own, f"sum_{number}"), f"state_{number}"),)


_Step = Callable[[_Cell, int, _States, int], _States]


def _recurrent(translation: Translation, node: OnnxNode, gates: int, states: int) -> None:
    attributes = _arguments(node)
    value = translation.value(node, 0)
    if len(value.shape) != 3:
        raise refuse(node, "does not have time, batch and features, in this order.")
    steps, batch, features = value.shape
    directions = 2 if attributes["direction"] == "bidirectional" else 1
    weights, recurrent = translation.constant(node, 1), translation.constant(node, 2)
    units = recurrent.shape[-1] if recurrent.ndim == 3 else 0
    if not units or weights.shape != (directions, gates * units, features):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has weights for another input.")
    if recurrent.shape != (directions, gates * units, units):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has weights for another input.")
    if translation.has(node, 4) and (translation.constant(node, 4) != steps).any():
        raise refuse(node, f"has sequence_lens other than {steps}, the length of its input, which are not converted.")
    if steps > MOST_STEPS:
        raise refuse(node, f"has {steps} steps; up to {MOST_STEPS} are converted.")
    size = gates * units
    bias = translation.constant(node, 3) if translation.has(node, 3) else np.zeros((directions, 2 * size))
    if bias.shape != (directions, 2 * size):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has a bias of another size.")
    step: _Step = {"LSTM": _lstm_step, "RNN": _simple_step, "GRU": _gru_step}[node.op]
    results, finals = [], []
    rows = translation.reshape(translation.plain(value), (steps * batch, features), f"{node.name}/rows")
    for direction in range(directions):
        name = f"{node.outputs[0] or node.name}/{'back' if direction else 'forth'}"
        input_part = layer(translation, rows, weights[direction].T, bias[direction, :size], f"{name}/fed")
        parts = _each_step(translation, input_part, steps, batch, size, name)
        own = recurrent[direction].T.astype(np.float32)
        cell = _Cell(translation.builder, translation, own, bias[direction, size:], batch, units, name)
        first_shape = (directions, batch, units)
        current = tuple(_first_state(translation, node, 5 + one, direction, first_shape) for one in range(states))
        order = range(steps)
        states_by_step = {}
        for number in reversed(order) if direction or attributes["direction"] == "reverse" else order:
            current = step(cell, parts[number], current, number)
            states_by_step[number] = current[0]
        results.append([states_by_step[number] for number in order])
        finals.append(current)
    _give(translation, node, results, finals, (steps, batch, units))


def _arguments(node: OnnxNode) -> Mapping[str, Any]:
    """The arguments; functions other than the usual ones are refused."""
    attributes = arguments(
        node,
        without_effect=("hidden_size",),  # the weights say it
        direction="forward",
        activations=(),
        activation_alpha=(),
        activation_beta=(),
        clip=0.0,
        input_forget=0,
        linear_before_reset=0,
        layout=0,
    )
    usual = {"LSTM": ("Sigmoid", "Tanh", "Tanh"), "GRU": ("Sigmoid", "Tanh"), "RNN": ("Tanh",)}[node.op]
    functions = attributes["activations"]
    if functions and tuple(functions) not in (usual, usual * 2):
        raise refuse(node, f"has activations other than {listed(usual)}, which are not converted.")
    for name in ("clip", "input_forget", "layout"):
        if attributes[name]:
            raise refuse(node, f"has {name} {attributes[name]}, which is not converted.")
    if node.op == "GRU" and not attributes["linear_before_reset"]:
        raise refuse(node, "has linear_before_reset 0, which is not converted; PyTorch writes 1.")
    if attributes["direction"] not in _DIRECTIONS:
        raise refuse(node, f"has the direction {plain(attributes['direction'])}, not {listed(_DIRECTIONS)}.")

    if node.op == "LSTM" and node.input(7):
        raise refuse(node, "has peepholes, which are not converted.")
    return attributes


def _each_step(translation: Translation, input_part: int, steps: int, batch: int, size: int, name: str) -> list[int]:
    """Returns the contribution of the input to the gates in each step."""
    if steps == 1:
        return [input_part]
    axis = translation.store("axis", np.array(0, np.int32))
    options = ("Split", {"numSplits": steps})
    return translation.builder.add_many("SPLIT", [axis, input_part], [(batch, size)] * steps, f"{name}/step", options)


def _first_state(
    translation: Translation, node: OnnxNode, place: int, direction: int, shape: tuple[int, int, int]
) -> int:
    """The state of a direction before the first step: zeros, or an input of the layer, whose shape is that of all
    directions, the batch and the units."""
    directions, batch, units = shape
    if not translation.has(node, place):
        return translation.store("zeros", np.zeros((batch, units), np.float32))
    value, name = translation.value(node, place), input_name(node.op, place)
    if value.shape != shape:
        raise refuse(node, f"has {name} of the shape {list(value.shape)}, and needs {list(shape)}.")
    if value.constant is not None:
        return translation.store(f"{value.name}/{direction}", value.constant[direction].astype(np.float32))
    if directions > 1:
        raise refuse(node, f"has {name} of both directions that is no constant, which is not converted.")
    return translation.reshape(translation.plain(value), (batch, units), f"{value.name}/first")


def _give(
    translation: Translation,
    node: OnnxNode,
    results: list[list[int]],
    finals: list[_States],
    shape: tuple[int, int, int],
) -> None:
    """Notes all states, the last one, and the last memory: those that something reads."""
    steps, batch, units = shape
    if node.outputs[0] and translation.uses[node.outputs[0]]:
        whole = (steps, len(results), batch, units)
        parts = [result[number] for number in range(steps) for result in results]
        tensor = _joined(translation, parts, (len(parts) * batch, units), 0, f"{node.outputs[0]}/all")
        translation.give_tensor(node, translation.reshape(tensor, whole, node.outputs[0]), whole)
    for place in range(1, len(node.outputs)):
        name = node.outputs[place]
        if name and translation.uses[name]:
            last = [one[place - 1] for one in finals]
            tensor = _joined(translation, last, (len(last) * batch, units), 0, f"{name}/last")
            final = (len(last), batch, units)
            translation.give_tensor(node, translation.reshape(tensor, final, name), final, place=place)


def _joined(translation: Translation, tensors: list[int], shape: tuple[int, int], axis: int, name: str) -> int:
    if len(tensors) == 1:
        return tensors[0]
    return translation.builder.add(
        "CONCATENATION", tensors, shape, name, ("Concatenation", {"axis": axis, ACTIVATION: 0})
    )


OPERATORS: Mapping[str, Handler] = {
    "LSTM": partial(_recurrent, gates=4, states=2),
    "GRU": partial(_recurrent, gates=3, states=1),
    "RNN": partial(_recurrent, gates=1, states=1),
}

"""Turns the variables of a model (VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE) into persistent tensors.

In the file a variable is a name. CALL_ONCE calls a graph that assigns initial values. Here each variable is a tensor
with its initial value as data, and the ops that read or assign it have it as their first input. A variable that cannot
be resolved stays, and its ops are refused by name. Source: TFLite's kernels `var_handle.cc`, `read_variable.cc`,
`assign_variable.cc` and `call_once.cc`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rune.compiler.anvil.models.byte_budget import ByteBudget
from rune.model.tflite import Model, Tensor

Name = tuple[str, str]
"""The container of a variable, and its name there."""


def with_variables(model: Model, budget: ByteBudget) -> Model:
    """Returns the model with tensors instead of its variables; the same model if it has none, or if they are more than
    the budget allows."""
    names = _names(model)
    if not names:
        return model
    first = _first_values(model, names)
    if first is None:
        return model
    variables = {}
    for name in dict.fromkeys(names.values()):
        variable = _variable(model, [index for index, its in names.items() if its == name], first.get(name), budget)
        if variable is None:
            return model
        variables[name] = variable
    numbers = {name: len(model.tensors) + number for number, name in enumerate(variables)}
    places = {index: numbers[name] for index, name in names.items()}
    operators = tuple(
        replace(operator, inputs=tuple(places.get(index, index) for index in operator.inputs))
        for operator in model.operators
        if operator.op != "CALL_ONCE" and not (operator.op == "VAR_HANDLE" and names.keys() & operator.outputs)
    )
    return replace(model, tensors=(*model.tensors, *variables.values()), operators=operators)


def _names(model: Model) -> Mapping[int, Name]:
    """Returns the variable of each handle of a graph."""
    return {
        operator.outputs[0]: (str(operator.options.get("container", "")), str(operator.options.get("shared_name", "")))
        for operator in model.operators
        if operator.op == "VAR_HANDLE" and isinstance(operator.options, Mapping) and len(operator.outputs) == 1
    }


def _first_values(model: Model, used_as: Mapping[int, Name]) -> Mapping[Name, Tensor] | None:
    """Returns the values that the graphs of CALL_ONCE assign; None if one of them does anything else, or comes too
    late."""
    initial_values: dict[Name, Tensor] = {}
    used_names: set[Name] = set()
    for operator in model.operators:
        used_names.update(used_as[index] for index in operator.inputs if index in used_as)
        if operator.op != "CALL_ONCE":
            continue
        assert isinstance(operator.options, Mapping)  # noqa: S101 - the reader gives these for this op
        number = operator.options.get("init_subgraph_index", 0)
        if not isinstance(number, int) or number < 1 or operator.inputs or operator.outputs:
            return None
        graph = model.subgraphs[number - 1]
        names = _names(graph)
        for each in graph.operators:
            if each.op == "VAR_HANDLE":
                continue
            if each.op != "ASSIGN_VARIABLE" or len(each.inputs) != 2 or each.inputs[0] not in names:
                return None
            value = graph.tensors[each.inputs[1]]
            if value.data is None or names[each.inputs[0]] in used_names:
                return None
            initial_values[names[each.inputs[0]]] = value
    return initial_values


@dataclass(frozen=True)
class _Use:
    """A tensor that an op reads from a variable or assigns to it."""

    tensor: Tensor
    is_assigned: bool


def _variable(model: Model, handles: list[int], first: Tensor | None, budget: ByteBudget) -> Tensor | None:
    """Returns the tensor of a variable; None if an op uses it in another way, its uses differ in type, it is read
    before it has a value, or it is more than the budget allows."""
    uses = list(_uses(model, handles))
    if None in uses or not uses:
        return None
    known_uses = [use for use in uses if use is not None]
    if first is None and not known_uses[0].is_assigned:
        return None
    like = first or known_uses[0].tensor
    if any((use.tensor.kind, use.tensor.shape) != (like.kind, like.shape) for use in known_uses):
        return None
    size = like.count * (like.kind.bits or 0) // 8
    if first is None and not budget.takes(size):
        return None
    data = memoryview(bytes(size)) if first is None else first.data
    return replace(like, name=like.name or "variable", data=data, is_variable=True)


def _uses(model: Model, handles: list[int]) -> Iterator[_Use | None]:
    """Returns the uses of variables in the order of the ops; None for any other use."""
    for operator in model.operators:
        if not set(handles).intersection(operator.inputs):
            continue
        if operator.op == "READ_VARIABLE" and len(operator.inputs) == len(operator.outputs) == 1:
            yield _Use(model.tensors[operator.outputs[0]], is_assigned=False)
        elif operator.op == "ASSIGN_VARIABLE" and len(operator.inputs) == 2 and operator.inputs[1] not in handles:
            yield _Use(model.tensors[operator.inputs[1]], is_assigned=True)
        else:
            yield None
    if set(handles).intersection(model.outputs):
        yield None

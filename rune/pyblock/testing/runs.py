"""Checks lines of a test that run the block: `y = smooth([0.5, 1.0], alpha=0.25)`. The test owns the states."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from rune.pyblock.checking.array_statements import array_named, hidden_array
from rune.pyblock.checking.conversions import coerce
from rune.pyblock.checking.expressions import number
from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.scope import FunctionScope, TypedValue
from rune.pyblock.checking.signature import (
    ArrayShape,
    BlockSignature,
    TensorParameter,
    UnfitInput,
    output_type,
)
from rune.pyblock.checking.statements import set_number
from rune.pyblock.ir import (
    CopySlice,
    Evaluate,
    Expression,
    Fill,
    HelperCall,
    LoadElement,
    NumberConstant,
    Slice,
    Statement,
    TypedBlock,
    Witness,
)
from rune.pyblock.numbers import Scalar, scalar_of
from rune.pyblock.testing.arrays import array_argument
from rune.pyblock.testing.subject import BlockUnderTest
from rune.pyblock.variables import ArrayVariable
from rune.tensor import TensorType

STATE = "state "
"""The prefix of the names of a test's states."""
OUTPUT_RECORD = "seen "
"""The name of the array with the output record."""


def run_statements(
    scope: FunctionScope,
    subject: BlockUnderTest,
    signature: BlockSignature,
    node: ast.Call,
    targets: tuple[ast.expr, ...],
) -> tuple[Statement, ...]:
    """Returns the statements of a run of the block, with a target for each output, or none. Empty after a problem."""
    inputs = _inputs(scope, signature, node)
    settings = _settings(scope, signature, node)
    if inputs is None or settings is None:
        return _without_values(scope, targets)
    before, values = inputs
    types = tuple(
        value.type if isinstance(value, ArrayVariable) else output_type(parameter.shape, {})
        for parameter, value in zip(signature.inputs, values, strict=True)
    )
    if scope.input_types is not None and scope.input_types != types and signature.states:
        message = f"{signature.name} ran with {_types_text(scope.input_types)} before, and its state has that size"
        scope.report(ProblemKind.TEST, node, message, "Write a separate test for each size.")
        return _without_values(scope, targets)
    scope.input_types = types
    try:
        typed_block = subject.function(types)
    except UnfitInput as error:
        at = node if error.index is None else node.args[error.index]
        scope.report(ProblemKind.TEST, at, error.message, "Pass the inputs of its signature.")
        return _without_values(scope, targets)
    if typed_block is None:
        message = f"{subject.file} has problems, so its tests cannot run"
        scope.report(ProblemKind.TEST, node, message, f"Fix the problems of {subject.file} first.")
        return _without_values(scope, targets)
    block, function = typed_block
    states = tuple(hidden_array(scope, f"{STATE}{each.name}", each.type) for each in block.states)
    outputs = _outputs(scope, signature, block, node, targets)
    if outputs is None:
        return _without_values(scope, targets)
    arrays, arrays_by_target = outputs
    scope.calls[function] = None
    line = node.lineno
    # In `y = smooth(y)` the block reads the old y while it writes the new one.
    written_arrays = tuple(
        hidden_array(scope, f"new {node.lineno}:{node.col_offset}:{number}", each.type) if each in values else each
        for number, each in enumerate(arrays)
    )
    fills = tuple(Fill(each, (), line) for each in written_arrays)
    run = HelperCall(function, (*values, *settings, *states, *written_arrays), None, line)
    copies = tuple(_copy(new, old, line) for new, old in zip(written_arrays, arrays, strict=True) if new is not old)
    record = scope.bindings.get(OUTPUT_RECORD)
    # Only direct calls in a test are recorded, not those in helpers.
    records = tuple(Witness(record, each, line) for each in written_arrays) if isinstance(record, ArrayVariable) else ()
    return (*before, *fills, Evaluate((run,), line), *records, *copies, *_numbers(scope, arrays_by_target))


def _copy(source: ArrayVariable, target: ArrayVariable, line: int) -> CopySlice:
    return CopySlice(Slice(target, None, None, line), Slice(source, None, None, line), line)


def _without_values(scope: FunctionScope, targets: tuple[ast.expr, ...]) -> tuple[Statement, ...]:
    """Suppresses further problems about names that got no value because of a problem."""
    scope.reported_names.update(each.id for each in targets if isinstance(each, ast.Name))
    return ()


def _types_text(types: tuple[TensorType, ...]) -> str:
    return " and ".join(map(str, types))


def _inputs(
    scope: FunctionScope, signature: BlockSignature, node: ast.Call
) -> tuple[tuple[Statement, ...], tuple[Expression | ArrayVariable, ...]] | None:
    if len(node.args) != len(signature.inputs):
        count = len(signature.inputs)
        message = f"{signature.name} takes {count} input{'s' * (count > 1)} and not {len(node.args)}"
        names = ", ".join(each.name for each in signature.inputs)
        scope.report(ProblemKind.TEST, node, message, f"Write `{signature.name}({names})`; pass parameters by name.")
        return None
    before: list[Statement] = []
    values: list[Expression | ArrayVariable] = []
    for parameter, node_of_input in zip(signature.inputs, node.args, strict=True):
        value = _input(scope, parameter, node_of_input, before)
        if value is not None:
            values.append(value)
    return (tuple(before), tuple(values)) if len(values) == len(node.args) else None


def _input(
    scope: FunctionScope, parameter: TensorParameter, at: ast.expr, before: list[Statement]
) -> Expression | ArrayVariable | None:
    if isinstance(parameter.shape, Scalar):
        typed_value = number(scope, at)
        return None if typed_value is None else coerce(scope, typed_value, parameter.shape, at, widens=True)
    array = array_argument(scope, at, parameter.shape.element)
    if array is None:
        return None
    before += array[0]
    return array[1]


def _settings(scope: FunctionScope, signature: BlockSignature, node: ast.Call) -> tuple[Expression, ...] | None:
    arguments: dict[str, ast.expr] = {each.arg: each.value for each in node.keywords if each.arg is not None}
    names = {each.name for each in signature.settings}
    for keyword in node.keywords:
        if keyword.arg not in names:
            instead = f"Its parameters are {', '.join(sorted(names)) or 'none'}."
            message = f"{signature.name} has no parameter {keyword.arg or '**'}"
            scope.report(ProblemKind.TEST, keyword.value, message, instead)
            return None
    values: list[Expression] = []
    for setting in signature.settings:
        value = _setting(scope, setting.type, setting.default, arguments.get(setting.name), node)
        if value is None:
            if setting.name not in arguments:
                message = f"{signature.name} needs its parameter {setting.name}, which has no default"
                scope.report(ProblemKind.TEST, node, message, f"Write `{setting.name}=` and a number.")
            return None
        values.append(value)
    return tuple(values)


def _setting(
    scope: FunctionScope, kind: Scalar, default: float | None, argument: ast.expr | None, node: ast.Call
) -> Expression | None:
    if argument is None:
        return None if default is None else NumberConstant(default, kind, node.lineno)
    typed_value = number(scope, argument)
    return None if typed_value is None else coerce(scope, typed_value, kind, argument, widens=True)


def _outputs(
    scope: FunctionScope, signature: BlockSignature, block: TypedBlock, node: ast.Call, targets: tuple[ast.expr, ...]
) -> tuple[tuple[ArrayVariable, ...], Mapping[ast.Name, ArrayVariable]] | None:
    """Returns an array for each output, and the arrays of single-number outputs by target name."""
    if targets and len(targets) != len(signature.outputs):
        count = len(signature.outputs)
        message = f"{signature.name} returns {count} output{'s' * (count > 1)} and not {len(targets)}"
        example = ", ".join("yzuvw"[:count])
        scope.report(ProblemKind.TEST, targets[0], message, f"Write `{example} = {ast.unparse(node)[:40]}`.")
        return None
    arrays: list[ArrayVariable] = []
    arrays_by_target: dict[ast.Name, ArrayVariable] = {}
    for index, (shape, type_) in enumerate(zip(signature.outputs, block.outputs, strict=True)):
        target = targets[index] if targets else None
        if target is not None and not isinstance(target, ast.Name):
            scope.report(ProblemKind.TEST, target, "An output must be assigned to a name", "Write `y = smooth(x)`.")
            return None
        if target is not None and isinstance(shape, ArrayShape):
            array = array_named(scope, target, type_)
            if array is None:
                return None
        else:
            array = hidden_array(scope, f"output {node.lineno}:{node.col_offset}:{index}", type_)
        arrays.append(array)
        if target is not None and isinstance(shape, Scalar):
            arrays_by_target[target] = array
    return tuple(arrays), arrays_by_target


def _numbers(scope: FunctionScope, arrays_by_target: Mapping[ast.Name, ArrayVariable]) -> tuple[Statement, ...]:
    statements: list[Statement] = []
    for target, array in arrays_by_target.items():
        first = (NumberConstant(0, Scalar.INT, target.lineno),)
        load = LoadElement(array, first, scalar_of(array.type.element), target.lineno)
        statements += set_number(scope, target, TypedValue(load), target, None)
    return tuple(statements)

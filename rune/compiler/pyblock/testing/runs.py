"""A line of a test that runs the block: `y = smooth([0.5, 1.0], alpha=0.25)`. Its state is the test's."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from rune.compiler.pyblock.array_statements import array_named, hidden_array
from rune.compiler.pyblock.conversions import coerce
from rune.compiler.pyblock.expressions import number
from rune.compiler.pyblock.ir import (
    ArrayVariable,
    Block,
    Call,
    Constant,
    Copy,
    Evaluate,
    Expression,
    Fill,
    Load,
    Slice,
    Statement,
    Witness,
)
from rune.compiler.pyblock.numbers import Scalar, scalar_of
from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.scope import Scope, Typed
from rune.compiler.pyblock.signature import ArrayShape, BlockSignature, Given, UnfitInput, output_type
from rune.compiler.pyblock.statements import set_number
from rune.compiler.pyblock.testing.arrays import array_argument
from rune.compiler.pyblock.testing.subject import Subject
from rune.tensor import TensorType

STATE = "state "
"""How the names of a test's states begin."""
SEEN = "seen "
"""The name of what a test writes down of its runs."""


def run_statements(
    scope: Scope, subject: Subject, signature: BlockSignature, node: ast.Call, targets: tuple[ast.expr, ...]
) -> tuple[Statement, ...]:
    """What a run of the block does, with a name for each output, or none; nothing when a problem was reported."""
    inputs = _inputs(scope, signature, node)
    settings = _settings(scope, signature, node)
    if inputs is None or settings is None:
        return _given_up(scope, targets)
    before, values = inputs
    types = tuple(
        value.type if isinstance(value, ArrayVariable) else output_type(given.shape, {})
        for given, value in zip(signature.inputs, values, strict=True)
    )
    if scope.given is not None and scope.given != types and signature.states:
        message = f"{signature.name} was given {_listed(scope.given)} before, and its state is for that"
        scope.report(Kind.TEST, node, message, "Write another test for another size.")
        return _given_up(scope, targets)
    scope.given = types
    try:
        made = subject.function(types)
    except UnfitInput as error:
        at = node if error.index is None else node.args[error.index]
        scope.report(Kind.TEST, at, error.message, "Give it what its signature says.")
        return _given_up(scope, targets)
    if made is None:
        message = f"{subject.file} has problems, so that no test of it runs"
        scope.report(Kind.TEST, node, message, f"Fix the problems of {subject.file} first.")
        return _given_up(scope, targets)
    block, function = made
    states = tuple(hidden_array(scope, f"{STATE}{each.name}", each.type) for each in block.states)
    outputs = _outputs(scope, signature, block, node, targets)
    if outputs is None:
        return _given_up(scope, targets)
    arrays, named = outputs
    scope.calls[function] = None
    line = node.lineno
    # In `y = smooth(y)` the block reads the old y while it writes the new one.
    written = tuple(
        hidden_array(scope, f"new {node.lineno}:{node.col_offset}:{number}", each.type) if each in values else each
        for number, each in enumerate(arrays)
    )
    cleared = tuple(Fill(each, (), line) for each in written)
    run = Call(function, (*values, *settings, *states, *written), None, line)
    kept = tuple(_copy(new, old, line) for new, old in zip(written, arrays, strict=True) if new is not old)
    seen = scope.known.get(SEEN)
    # Only in a test itself: a helper's runs are of no test.
    noted = tuple(Witness(seen, each, line) for each in written) if isinstance(seen, ArrayVariable) else ()
    return (*before, *cleared, Evaluate((run,), line), *noted, *kept, *_numbers(scope, named))


def _copy(source: ArrayVariable, target: ArrayVariable, line: int) -> Copy:
    return Copy(Slice(target, None, None, line), Slice(source, None, None, line), line)


def _given_up(scope: Scope, targets: tuple[ast.expr, ...]) -> tuple[Statement, ...]:
    """Nothing more is said of names that get no value because of a problem."""
    scope.broken.update(each.id for each in targets if isinstance(each, ast.Name))
    return ()


def _listed(types: tuple[TensorType, ...]) -> str:
    return " and ".join(map(str, types))


def _inputs(
    scope: Scope, signature: BlockSignature, node: ast.Call
) -> tuple[tuple[Statement, ...], tuple[Expression | ArrayVariable, ...]] | None:
    if len(node.args) != len(signature.inputs):
        count = len(signature.inputs)
        message = f"{signature.name} takes {count} input{'s' * (count > 1)} and not {len(node.args)}"
        names = ", ".join(each.name for each in signature.inputs)
        scope.report(Kind.TEST, node, message, f"Write `{signature.name}({names})`; parameters are given by name.")
        return None
    before: list[Statement] = []
    values: list[Expression | ArrayVariable] = []
    for given, at in zip(signature.inputs, node.args, strict=True):
        value = _input(scope, given, at, before)
        if value is not None:
            values.append(value)
    return (tuple(before), tuple(values)) if len(values) == len(node.args) else None


def _input(scope: Scope, given: Given, at: ast.expr, before: list[Statement]) -> Expression | ArrayVariable | None:
    if isinstance(given.shape, Scalar):
        typed = number(scope, at)
        return None if typed is None else coerce(scope, typed, given.shape, at, widens=True)
    made = array_argument(scope, at, given.shape.element)
    if made is None:
        return None
    before += made[0]
    return made[1]


def _settings(scope: Scope, signature: BlockSignature, node: ast.Call) -> tuple[Expression, ...] | None:
    said: dict[str, ast.expr] = {each.arg: each.value for each in node.keywords if each.arg is not None}
    known = {each.name for each in signature.settings}
    for keyword in node.keywords:
        if keyword.arg not in known:
            instead = f"Its parameters are {', '.join(sorted(known)) or 'none'}."
            message = f"{signature.name} has no parameter {keyword.arg or '**'}"
            scope.report(Kind.TEST, keyword.value, message, instead)
            return None
    found: list[Expression] = []
    for setting in signature.settings:
        value = _setting(scope, setting.type, setting.default, said.get(setting.name), node)
        if value is None:
            if setting.name not in said:
                message = f"{signature.name} needs its parameter {setting.name}, which has no default"
                scope.report(Kind.TEST, node, message, f"Write `{setting.name}=` and a number.")
            return None
        found.append(value)
    return tuple(found)


def _setting(
    scope: Scope, kind: Scalar, default: float | None, said: ast.expr | None, node: ast.Call
) -> Expression | None:
    if said is None:
        return None if default is None else Constant(default, kind, node.lineno)
    typed = number(scope, said)
    return None if typed is None else coerce(scope, typed, kind, said, widens=True)


def _outputs(
    scope: Scope, signature: BlockSignature, block: Block, node: ast.Call, targets: tuple[ast.expr, ...]
) -> tuple[tuple[ArrayVariable, ...], Mapping[ast.Name, ArrayVariable]] | None:
    """An array for each output, and those of single numbers, whose names get the number."""
    if targets and len(targets) != len(signature.outputs):
        count = len(signature.outputs)
        message = f"{signature.name} gives {count} output{'s' * (count > 1)} and not {len(targets)}"
        example = ", ".join("yzuvw"[:count])
        scope.report(Kind.TEST, targets[0], message, f"Write `{example} = {ast.unparse(node)[:40]}`.")
        return None
    arrays: list[ArrayVariable] = []
    named: dict[ast.Name, ArrayVariable] = {}
    for index, (shape, type_) in enumerate(zip(signature.outputs, block.outputs, strict=True)):
        target = targets[index] if targets else None
        if target is not None and not isinstance(target, ast.Name):
            scope.report(Kind.TEST, target, "An output is given a name", "Write `y = smooth(x)`.")
            return None
        if target is not None and isinstance(shape, ArrayShape):
            array = array_named(scope, target, type_)
            if array is None:
                return None
        else:
            array = hidden_array(scope, f"output {node.lineno}:{node.col_offset}:{index}", type_)
        arrays.append(array)
        if target is not None and isinstance(shape, Scalar):
            named[target] = array
    return tuple(arrays), named


def _numbers(scope: Scope, named: Mapping[ast.Name, ArrayVariable]) -> tuple[Statement, ...]:
    found: list[Statement] = []
    for target, array in named.items():
        first = (Constant(0, Scalar.INT, target.lineno),)
        load = Load(array, first, scalar_of(array.type.element), target.lineno)
        found += set_number(scope, target, Typed(load), target, None)
    return tuple(found)

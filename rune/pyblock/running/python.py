"""Runs a block's text in Python with the same bits as the compiled code: after each operation it adds the rounding that
the check found. Pages run this; servers do not."""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from rune.pyblock import numbers
from rune.pyblock.checking.block import CheckedBlockFile, mathematics, mathematics_file
from rune.pyblock.checking.calls import FUNCTIONS, PRIMITIVES
from rune.pyblock.ir import NumberConstant
from rune.pyblock.numbers import (
    ELEMENTS,
    BlockFailure,
    Scalar,
    scalar_of,
    to_element,
    to_f32,
    to_int64,
    whole,
)
from rune.pyblock.running.evaluate import checked_result, primitive
from rune.pyblock.variables import ArrayVariable
from rune.tensor import ElementType, TensorType

Number = bool | int | float


class PythonArray:
    """An array of fixed size with the subscripts of Python."""

    __slots__ = ("_items", "type")

    def __init__(self, type_: TensorType, items: list[Number] | None = None) -> None:
        self.type = type_
        zero: Number = 0.0 if type_.element.is_float else 0
        self._items = [zero] * type_.count if items is None else items

    def __len__(self) -> int:
        return self.type.dimensions[0]

    def __iter__(self) -> Iterator[Number]:
        return iter(self._items)

    def __getitem__(self, key: int | slice | tuple[int, ...]) -> Any:
        if isinstance(key, slice):
            part = self._items[key]
            return PythonArray(TensorType(self.type.element, (len(part),)), part)
        keys = key if isinstance(key, tuple) else (key,)
        if len(keys) < len(self.type.dimensions):
            return self._row(keys)
        return self._items[_place(keys, self.type.dimensions)]

    def _row(self, keys: tuple[int, ...]) -> PythonArray:
        """Returns a copy of the row at these first indices."""
        type_ = TensorType(self.type.element, self.type.dimensions[len(keys) :])
        first = _place(keys, self.type.dimensions[: len(keys)]) * type_.count
        return PythonArray(type_, self._items[first : first + type_.count])

    def __setitem__(self, key: int | slice | tuple[int, ...], value: Any) -> None:
        if isinstance(key, slice):
            start, stop, _ = key.indices(len(self._items))
            size = max(stop - start, 0)
            elements = value.elements()
            if len(elements) != size:
                raise BlockFailure(numbers.other_length(len(elements), size))
            self._items[start : max(start, stop)] = elements
            return
        place = _place(key if isinstance(key, tuple) else (key,), self.type.dimensions)
        element = self.type.element
        self._items[place] = value if element.is_float else to_element(value, element)

    def elements(self) -> list[Number]:
        """A copy of all elements."""
        return list(self._items)


def _place(keys: tuple[int, ...], sizes: tuple[int, ...]) -> int:
    """Returns the position of an element or row. Raises `BlockFailure` if an index is out of range."""
    place = 0
    for index, size in zip(keys, sizes, strict=True):
        if not -size <= index < size:
            raise BlockFailure(numbers.out_of_range(index, size))
        place = place * size + (index + size if index < 0 else index)
    return place


class _Element:
    """An element type in a block's text: `f32(x)` converts, `f32[16]()` creates an array."""

    def __init__(self, element: ElementType, names: Mapping[str, int]) -> None:
        self._element = element
        self._names = names

    def __call__(self, value: Number) -> Number:
        match self._element:
            case ElementType.F32:
                return to_f32(float(value))
            case ElementType.F64:
                return float(value)
            case element:
                return to_element(int(value), element)

    def __getitem__(self, key: Any) -> Callable[..., PythonArray]:
        keys = key if isinstance(key, tuple) else (key,)
        sizes = tuple(self._names[each] if isinstance(each, str) else each for each in keys)
        type_ = TensorType(self._element, sizes)

        def new_array(values: Any = None) -> PythonArray:
            if values is None:
                return PythonArray(type_)
            return PythonArray(type_, [self(each) for each in _flat(values)])

        return new_array


def _flat(values: Any) -> Iterator[Any]:
    for each in values:
        if isinstance(each, list | tuple):
            yield from _flat(each)
        else:
            yield each


class _Rounded(ast.NodeTransformer):
    """Adds rounding after operations; with `traces`, a call of `_trace` after assignments; with `checks_iterations`, a
    call of `_before_iteration` before each loop iteration."""

    def __init__(self, marks: Mapping[ast.AST, Sequence[str]], *, traces: bool, checks_iterations: bool) -> None:
        self._marks = marks
        self._traces = traces
        self._checks_iterations = checks_iterations

    def visit(self, node: ast.AST) -> Any:
        marks = self._marks.get(node, ())
        if isinstance(node, ast.AugAssign):
            return self._augmented_assignment(node, marks)
        result = self.generic_visit(node)
        if isinstance(node, ast.Constant | ast.UnaryOp | ast.BinOp) or marks:
            return self._wrapped(result, marks, node)
        if self._traces and isinstance(node, ast.Assign):
            target = node.targets[0]
            return self._with_traces(node, *(target.elts if isinstance(target, ast.Tuple) else [target]))
        if self._checks_iterations and isinstance(result, ast.For | ast.While):
            check = ast.Expr(call_of("_before_iteration", [], result))
            result.body.insert(0, ast.fix_missing_locations(ast.copy_location(check, result)))
        return result

    def _wrapped(self, result: Any, marks: Sequence[str], at: ast.AST) -> Any:
        for mark in marks:
            if mark in ("power", "shifted_left", "shifted_right"):
                result = call_of(f"_{mark}", [result.left, result.right], at)
            else:
                result = call_of(f"_{mark}", [result], at)
        return result

    def _augmented_assignment(self, node: ast.AugAssign, marks: Sequence[str]) -> Any:
        """`x += y` as `x = x + y`, which rounds."""
        target: Any = self.generic_visit(node.target)
        value = self.visit(node.value)
        left = ast.copy_location(_as_load(target), node.target)
        operation: Any = ast.copy_location(ast.BinOp(left, node.op, value), node)
        assign = ast.copy_location(ast.Assign([target], self._wrapped(operation, marks, node)), node)
        return self._with_traces(assign, target) if self._traces else assign

    def _with_traces(self, node: ast.Assign, *targets: Any) -> list[ast.stmt]:
        statements: list[ast.stmt] = [node]
        for target in targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
                continue
            line = ast.Constant(node.end_lineno)
            trace_call = ast.Expr(call_of("_trace", [line, _target_name(target), _as_load(target)], node))
            statements.append(ast.fix_missing_locations(ast.copy_location(trace_call, node)))
        return statements


def _target_name(target: Any) -> ast.expr:
    """Returns the assigned name as text, such as `x[2]` for an element."""
    if isinstance(target, ast.Name):
        return ast.Constant(target.id)
    indices = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
    parts: list[ast.expr] = [ast.Constant(f"{ast.unparse(target.value)}[")]
    for number, index in enumerate(indices):
        parts += [ast.Constant(", ")] if number else []
        parts.append(ast.FormattedValue(index, -1, None))
    return ast.JoinedStr([*parts, ast.Constant("]")])


def _as_load(node: Any) -> Any:
    if isinstance(node, ast.Name):
        return ast.Name(node.id, ast.Load())
    return ast.Subscript(node.value, node.slice, ast.Load())


def call_of(name: str, arguments: list[Any], at: ast.AST) -> ast.Call:
    """Returns a call of a support function, at the place of a node."""
    call = ast.Call(ast.Name(name, ast.Load()), arguments, [])
    return ast.fix_missing_locations(ast.copy_location(call, at))


def _ignore(*_: object) -> None:
    """Ignores its arguments."""


def _whole(rounding: str) -> Callable[[Number], int]:
    return lambda value: whole(value, rounding) if isinstance(value, float) else int(value)


def _sum(array: PythonArray) -> Number:
    return numbers.total(array.elements(), scalar_of(array.type.element))


def names_of(dimensions: Mapping[str, int]) -> dict[str, Any]:
    """Returns the names that a block's text can use instead of Python's built-ins."""
    elements = {name: _Element(element, dimensions) for name, element in ELEMENTS.items()}
    return {
        "__builtins__": {},
        **elements,
        "float": float,
        "int": _whole("int"),
        "round": _whole("round"),
        "bool": bool,
        "len": len,
        "range": range,
        "min": min,
        "max": max,
        "abs": abs,
        "sum": _sum,
        "enumerate": enumerate,
        "zip": zip,
        "print": _ignore,
        "_f32": to_f32,
        "_f64": float,
        "_int64": to_int64,
        "_power": numbers.power,
        "_shifted_left": numbers.shifted_left,
        "_shifted_right": numbers.shifted_right,
        "_trace": _ignore,
        "_before_iteration": _ignore,
    }


class _WithoutAnnotations(ast.NodeTransformer):
    """Removes type annotations, which Python would evaluate."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            each.annotation = None
        node.args.kw_defaults = [None for _ in node.args.kwonlyargs]
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert node.value is not None  # noqa: S101 - the check wants one
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_Import(self, _node: ast.Import) -> None:
        return None


def run_module(
    tree: ast.Module,
    file: str,
    marks: Mapping[ast.AST, Sequence[str]],
    names: dict[str, Any],
    *,
    traces: bool = False,
    checks_iterations: bool = False,
) -> dict[str, Any]:
    """Runs a module and returns its names."""
    module = _WithoutAnnotations().visit(
        _Rounded(marks, traces=traces, checks_iterations=checks_iterations).visit(tree)
    )
    exec(compile(ast.fix_missing_locations(module), file, "exec", optimize=0), names)  # noqa: S102 - a page's sandbox
    return names


def math_names() -> SimpleNamespace:
    """Returns the `math` module of a block: our own functions, with the same checks as the compiled code."""
    if not _CHECKED_FUNCTIONS:
        file = mathematics_file()
        tree = ast.Module([*file.helpers.values()], [])
        constants = {name: _constant(each) for name, each in file.constants.items()}
        inner = SimpleNamespace(**_EXACT, **_NUMBERS, **_PLAIN)
        names = run_module(tree, "math", file.marks, {**names_of({}), **constants, "math": inner})
        for name in FUNCTIONS:
            _CHECKED_FUNCTIONS[name] = _with_checked_result(names[mathematics(name).name])
    return SimpleNamespace(**_CHECKED_FUNCTIONS, **_EXACT, **_NUMBERS, **_PLAIN)


def _constant(constant: NumberConstant | ArrayVariable) -> Number | PythonArray:
    """Converts a constant of a file."""
    return constant.value if isinstance(constant, NumberConstant) else PythonArray(constant.type, list(constant.data))


def _with_checked_result(function: Callable[..., float]) -> Callable[..., float]:
    def checked_function(*values: float) -> float:
        arguments = [float(each) for each in values]
        return checked_result(function(*arguments), arguments)

    return checked_function


def _exact(name: str) -> Callable[..., Number]:
    return lambda *values: primitive(name, [float(each) for each in values])


_CHECKED_FUNCTIONS: dict[str, Callable[..., float]] = {}
_EXACT = {name: _exact(name) for name in PRIMITIVES}
_NUMBERS = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}
_PLAIN = {"floor": _whole("floor"), "ceil": _whole("ceil"), "trunc": _whole("int"), "fabs": abs}


class PythonBlock:
    """A block that runs in Python, with its states, which start as zeros.

    `prints` is called for each `print` with the line and the text; `trace` for each assignment with the line, the name
    and the value; `before_iteration` before each loop iteration, and it may raise `BlockFailure`. The tree of
    `checked_file` is modified and cannot be used again.
    """

    def __init__(
        self,
        checked_file: CheckedBlockFile,
        prints: Callable[[int, str], None] | None = None,
        trace: Callable[[int, str, Number | PythonArray], None] | None = None,
        before_iteration: Callable[[], None] | None = None,
    ) -> None:
        if checked_file.block is None or checked_file.tree is None:
            raise ValueError("a block with problems cannot run")
        self._block = checked_file.block
        self._file = checked_file.text.file
        names = names_of(checked_file.dimensions) | {"math": math_names(), "_trace": trace or _ignore}
        names["_before_iteration"] = before_iteration or _ignore
        if prints is not None:
            names["print"] = lambda *values: prints(sys._getframe(1).f_lineno, " ".join(map(shown_value, values)))
        module_names = run_module(
            checked_file.tree,
            self._file,
            checked_file.marks,
            names,
            traces=trace is not None,
            checks_iterations=before_iteration is not None,
        )
        self._function = module_names[self._block.entry.name]
        self._states = {state.name: PythonArray(state.type) for state in self._block.states}

    @property
    def outputs(self) -> Sequence[TensorType]:
        return self._block.outputs

    def run(self, inputs: Sequence[list[Number]], settings: Sequence[Number]) -> list[list[Number]]:
        """Runs the block and returns the elements of each output. Raises `BlockFailure`."""
        parameters = self._block.entry.parameters
        arguments = [
            elements[0] if isinstance(each.type, Scalar) else PythonArray(each.type, list(elements))
            for each, elements in zip(parameters, inputs, strict=False)
        ]
        settings_by_name = {each.name: value for each, value in zip(self._block.parameters, settings, strict=True)}
        try:
            result = self._function(*arguments, **settings_by_name, **self._states)
        except BlockFailure as failure:
            raise BlockFailure(failure.message, failure.line or self._line()) from failure
        except ZeroDivisionError as error:
            raise BlockFailure(numbers.DIVISION_BY_ZERO, self._line()) from error
        several = result if isinstance(result, tuple) else (result,)
        return [each.elements() if isinstance(each, PythonArray) else [each] for each in several]

    def _line(self) -> int:
        """Returns the line of the block that raised the current exception."""
        line, at = 0, sys.exc_info()[2]
        while at is not None:
            if at.tb_frame.f_code.co_filename == self._file:
                line = at.tb_lineno
            at = at.tb_next
        return line


def shown_value(value: object) -> str:
    """Formats a value for `print`; floats have as many digits as an f32 needs."""
    if isinstance(value, PythonArray):
        return f"[{', '.join(map(shown_value, value.elements()))}]"
    return f"{value:.9g}" if isinstance(value, float) else str(value)

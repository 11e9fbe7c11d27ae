"""The scope of a function during the check: its names, their types, and which of them have a value."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rune.pyblock.checking.problems import Insertion, ProblemKind
from rune.pyblock.checking.source import BlockText
from rune.pyblock.ir import Expression, Function, NumberConstant, Statement
from rune.pyblock.numbers import Scalar
from rune.pyblock.variables import ArrayVariable, Variable
from rune.tensor import TensorType

RESERVED_NAMES = frozenset(
    [
        "len",
        "range",
        "min",
        "max",
        "abs",
        "round",
        "int",
        "float",
        "bool",
        "print",
        "math",
        "State",
        "tuple",
        "list",
        "True",
        "False",
        "None",
        "f32",
        "f64",
        "u8",
        "i8",
        "u16",
        "i16",
        "u32",
        "i32",
        "i64",
        "sum",
        "sorted",
        "enumerate",
        "zip",
        "map",
        "filter",
        "pow",
        "divmod",
        "str",
        "set",
        "dict",
    ]
)
"""Names with a built-in meaning, which cannot be assigned."""


class RecheckFunction(Exception):
    """A variable that started as a literal turned out to be an f64, so the function must be checked again."""


@dataclass(frozen=True)
class TypedValue:
    """A typed expression. If `is_literal`, it consists of literals only and adopts the type of the other operand."""

    expression: Expression
    is_literal: bool = False

    @property
    def type(self) -> Scalar:
        return self.expression.type or Scalar.INT


Binding = Variable | ArrayVariable | NumberConstant
"""The possible targets of a name; a constant is a number of the file."""


def _nothing(*_: object) -> None:
    """The default for file-specific extensions: none."""


@dataclass
class FileScope:
    """The scope that all functions of a file share."""

    text: BlockText
    constants: Mapping[str, NumberConstant | ArrayVariable]
    helpers: dict[str, ast.FunctionDef]
    has_math: bool
    mathematics: Callable[[str], Function]
    """Returns a checked function of the math library by its name."""
    call: Callable[[FunctionScope, ast.Call], TypedValue | None]
    """Returns the typed result of a call."""
    specialise: Callable[[FileScope, ast.FunctionDef, tuple[Scalar | ArrayVariable, ...], ast.Call], Function | None]
    """Returns a helper function specialised for arguments of these types."""
    special_statement: Callable[[FunctionScope, ast.stmt], tuple[Statement, ...] | None] = _nothing
    """Handles statements that only this kind of file has; returns None for all others."""
    special_functions: tuple[str, ...] = ()
    """Functions that only this kind of file can call, for messages."""
    special_constant: Callable[[str, ast.Call], ArrayVariable | None] = _nothing
    """Handles constants that only this kind of file has."""
    marks: dict[ast.AST, list[str]] = field(default_factory=dict)
    """The conversions that Python must apply to the value of a node, in this order: `f32`, `f64`, `int64`."""
    scopes: dict[ast.FunctionDef, FunctionScope] = field(default_factory=dict)
    """The scope of each function after its last check."""
    specialisations: dict[tuple[object, ...], Function | None] = field(default_factory=dict)
    call_stack: list[str] = field(default_factory=list)
    """The names of the functions that are being checked, outermost first."""


@dataclass
class FunctionScope:
    """The scope of one function during the check."""

    file: FileScope
    node: ast.FunctionDef
    dimensions: Mapping[str, int]
    local_names: frozenset[str]
    promotions: dict[str, Scalar]
    """Variables that started as a literal and are f64, as an earlier check of the function found."""
    bindings: dict[str, Binding] = field(default_factory=dict)
    assigned_names: frozenset[str] | None = frozenset()
    """The names that always have a value here; None if this place is unreachable."""
    default_f32: set[str] = field(default_factory=set)
    """Variables that are f32 only because they started as a literal."""
    reported_names: set[str] = field(default_factory=set)
    """Names with a reported problem. Nothing more is reported about them."""
    temporaries: list[Variable] = field(default_factory=list)
    calls: dict[Function, None] = field(default_factory=dict)
    """The functions that this one calls, each once."""
    input_types: tuple[TensorType, ...] | None = None
    """The input types of an earlier call of the block in a test, which determine its state."""
    loops: list[list[frozenset[str] | None]] = field(default_factory=list)
    """The names that have a value at each `break` of each enclosing loop."""

    @property
    def text(self) -> BlockText:
        return self.file.text

    def report(
        self, kind: ProblemKind, node: ast.AST, message: str, instead: str, replacement: str | None = None
    ) -> None:
        """Adds a problem; `replacement` is what can stand in place of the node."""
        place = self.text.place(node)
        fix = None if replacement is None else Insertion(f"Change to {replacement}", place, replacement)
        self.text.report(kind, place, message, instead, fix)

    def mark(self, node: ast.AST, what: str) -> None:
        self.file.marks.setdefault(node, []).append(what)

    def assign(self, name: str) -> None:
        if self.assigned_names is not None:
            self.assigned_names |= {name}

    def temporary(self, type_: Scalar) -> Variable:
        variable = Variable(f"temporary {len(self.temporaries)}", type_)
        self.temporaries.append(variable)
        return variable

    def find(self, node: ast.Name) -> Binding | None:
        """Returns what a name refers to; None if a problem is or was reported."""
        name = node.id
        if name in self.reported_names:
            return None
        if name in self.local_names or name in self.bindings:
            binding = self.bindings.get(name)
            if binding is not None and (self.assigned_names is None or name in self.assigned_names):
                return binding
            self.report(
                ProblemKind.NAME,
                node,
                f"{name} may have no value here",
                f"Assign a value to `{name}` before, on every path to this line.",
            )
            self.reported_names.add(name)
            return None
        if name in self.file.constants:
            return self.file.constants[name]
        self._report_unknown(node)
        return None

    def may_be_named(self, target: ast.Name) -> bool:
        """Returns whether this name can be assigned; reports a problem if not."""
        if target.id in RESERVED_NAMES or target.id in self.file.helpers:
            self.report(ProblemKind.NAME, target, f"{target.id} already has a meaning", "Choose another name.")
            self.reported_names.add(target.id)
            return False
        return True

    def _report_unknown(self, node: ast.Name) -> None:
        name = node.id
        self.reported_names.add(name)
        if name in RESERVED_NAMES or name in self.file.helpers:
            self.report(ProblemKind.NAME, node, f"{name} is a function, not a value", f"Call it, as in `{name}(x)`.")
            return
        if name in self.dimensions:
            instead = "Write `len(x)` for the first dimension of x, `len(x[0])` for the second."
            self.report(ProblemKind.NAME, node, f"{name} is the name of a dimension, not a value", instead)
            return
        names = ", ".join(sorted(filter(str.isidentifier, {*self.bindings, *self.file.constants}))) or "none"
        self.report(ProblemKind.NAME, node, f"There is no {name}", f"The names defined here are {names}.")


def merged(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    """Returns the names that have a value after two paths join."""
    if left is None or right is None:
        return right if left is None else left
    return left & right

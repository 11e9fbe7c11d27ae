"""What a function knows while it is checked: names, their types, and which of them have a value by now."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rune.compiler.pyblock.ir import ArrayVariable, Constant, Expression, Function, Statement, Variable
from rune.compiler.pyblock.numbers import Scalar
from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.source import BlockText
from rune.tensor import TensorType

WORDS = frozenset(
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
"""Names that have a meaning of their own and cannot be given another."""


class Again(Exception):
    """A number that began as a literal turned out to be an f64: the function is checked once more."""


@dataclass(frozen=True)
class Typed:
    """An expression. One that `is_literal` was made of literals alone and takes the type of what is beside it."""

    expression: Expression
    is_literal: bool = False

    @property
    def type(self) -> Scalar:
        return self.expression.type or Scalar.INT


Known = Variable | ArrayVariable | Constant
"""What a name can stand for; a constant is a number of the file."""


def _nothing(*_: object) -> None:
    """What a block's own file has beside the language: nothing."""


@dataclass
class FileScope:
    """What all functions of a file share."""

    text: BlockText
    constants: Mapping[str, Constant | ArrayVariable]
    helpers: dict[str, ast.FunctionDef]
    has_math: bool
    mathematics: Callable[[str], Function]
    """A function of the mathematics, checked, by its name."""
    call: Callable[[Scope, ast.Call], Typed | None]
    """The number that a call gives."""
    specialise: Callable[[FileScope, ast.FunctionDef, tuple[Scalar | ArrayVariable, ...], ast.Call], Function | None]
    """A helper for arguments of these types."""
    special_statement: Callable[[Scope, ast.stmt], tuple[Statement, ...] | None] = _nothing
    """What a statement does that only this sort of file has; None for any other."""
    special_functions: tuple[str, ...] = ()
    """The names of what only this sort of file can call, for messages."""
    special_constant: Callable[[str, ast.Call], ArrayVariable | None] = _nothing
    """A constant that only this sort of file has."""
    marks: dict[ast.AST, list[str]] = field(default_factory=dict)
    """What running in Python must do to the value of a node, in this order: `f32`, `f64`, `int64`."""
    scopes: dict[ast.FunctionDef, Scope] = field(default_factory=dict)
    """What each function knew when it was last looked at."""
    specialised: dict[tuple[object, ...], Function | None] = field(default_factory=dict)
    active: list[str] = field(default_factory=list)
    """The functions that are being checked, outermost first."""


@dataclass
class Scope:
    """One function while it is checked."""

    file: FileScope
    node: ast.FunctionDef
    dimensions: Mapping[str, int]
    local_names: frozenset[str]
    decided: dict[str, Scalar]
    """Numbers that began as a literal and are f64, as an earlier look at the function found."""
    known: dict[str, Known] = field(default_factory=dict)
    assigned: frozenset[str] | None = frozenset()
    """The names that surely have a value here; None where nothing ever comes."""
    loose: set[str] = field(default_factory=set)
    """Numbers that are f32 only because they began as a literal."""
    broken: set[str] = field(default_factory=set)
    """Names of which something was reported, and nothing more is."""
    temporaries: list[Variable] = field(default_factory=list)
    calls: dict[Function, None] = field(default_factory=dict)
    """The functions that are called, each once."""
    given: tuple[TensorType, ...] | None = None
    """In a test: what the block was given by an earlier line, which its state is for."""
    loops: list[list[frozenset[str] | None]] = field(default_factory=list)
    """For each loop around: what had a value at each `break`."""

    @property
    def text(self) -> BlockText:
        return self.file.text

    def report(self, kind: Kind, node: ast.AST, message: str, instead: str) -> None:
        self.text.report(kind, self.text.place(node), message, instead)

    def mark(self, node: ast.AST, what: str) -> None:
        self.file.marks.setdefault(node, []).append(what)

    def assign(self, name: str) -> None:
        if self.assigned is not None:
            self.assigned |= {name}

    def temporary(self, type_: Scalar) -> Variable:
        variable = Variable(f"temporary {len(self.temporaries)}", type_)
        self.temporaries.append(variable)
        return variable

    def find(self, node: ast.Name) -> Known | None:
        """What a name stands for; None when a problem was, or is now, reported."""
        name = node.id
        if name in self.broken:
            return None
        if name in self.local_names or name in self.known:
            found = self.known.get(name)
            if found is not None and (self.assigned is None or name in self.assigned):
                return found
            self.report(
                Kind.NAME,
                node,
                f"{name} may have no value here",
                f"Give `{name}` a value before, on every way that leads here.",
            )
            self.broken.add(name)
            return None
        if name in self.file.constants:
            return self.file.constants[name]
        self._report_unknown(node)
        return None

    def may_be_named(self, target: ast.Name) -> bool:
        """Whether a value may have this name; reports where not."""
        if target.id in WORDS or target.id in self.file.helpers:
            self.report(Kind.NAME, target, f"{target.id} has a meaning already", "Choose another name.")
            self.broken.add(target.id)
            return False
        return True

    def _report_unknown(self, node: ast.Name) -> None:
        name = node.id
        self.broken.add(name)
        if name in WORDS or name in self.file.helpers:
            self.report(Kind.NAME, node, f"{name} is no value here", f"Call it, as in `{name}(x)`.")
            return
        if name in self.dimensions:
            instead = "Write `len(x)` for the first dimension of x, `len(x[0])` for the second."
            self.report(Kind.NAME, node, f"{name} is the name of a dimension and no value", instead)
            return
        names = ", ".join(sorted(filter(str.isidentifier, {*self.known, *self.file.constants}))) or "none"
        self.report(Kind.NAME, node, f"There is no {name}", f"The names here are {names}.")


def merged(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    """What has a value where two ways meet."""
    if left is None or right is None:
        return right if left is None else left
    return left & right

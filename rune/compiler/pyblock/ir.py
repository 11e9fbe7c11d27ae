"""A checked block: typed, with all sizes known, and frozen.

Every node is itself alone, so that facts can be kept of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rune.compiler.pyblock.numbers import Scalar
from rune.tensor import ElementType, TensorType


class Role(Enum):
    """Whose memory an array is."""

    GIVEN = "given"
    """The caller's."""
    LOCAL = "local"
    """The function's own, for the time of a call."""
    TABLE = "table"
    """A constant of the file."""


@dataclass(frozen=True, eq=False)
class ArrayVariable:
    """An array that a function knows. `data` are a table's elements."""

    name: str
    type: TensorType
    role: Role
    is_writable: bool
    data: tuple[int | float, ...] = ()


@dataclass(frozen=True, eq=False)
class Variable:
    """A number that a function knows."""

    name: str
    type: Scalar


@dataclass(frozen=True, eq=False)
class Constant:
    value: bool | int | float
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class Read:
    """The number of a variable."""

    variable: Variable
    line: int

    @property
    def type(self) -> Scalar:
        return self.variable.type


@dataclass(frozen=True, eq=False)
class Load:
    """An element; a negative index counts from the end."""

    array: ArrayVariable
    indices: tuple[Expression, ...]
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class Unary:
    """`-`, `~` or `not`."""

    operator: str
    value: Expression
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class Binary:
    """An operation of two numbers of the type that comes out."""

    operator: str
    left: Expression
    right: Expression
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class Compare:
    """A comparison of two numbers of one type."""

    operator: str
    left: Expression
    right: Expression
    line: int
    type: Scalar = Scalar.BOOL


@dataclass(frozen=True, eq=False)
class Logic:
    """`and` or `or`: the right is only asked where the left does not decide."""

    operator: str
    left: Expression
    right: Expression
    line: int
    type: Scalar = Scalar.BOOL


@dataclass(frozen=True, eq=False)
class Choose:
    """`yes if condition else no`."""

    condition: Expression
    yes: Expression
    no: Expression
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class Convert:
    """A number as one of another type. `rounding` says how a float becomes whole: `int`, `round`, `floor`, `ceil`."""

    value: Expression
    type: Scalar
    line: int
    rounding: str = "int"


@dataclass(frozen=True, eq=False)
class Fit:
    """A whole number that must fit in an element."""

    value: Expression
    element: ElementType
    line: int
    type: Scalar = Scalar.INT


@dataclass(frozen=True, eq=False)
class Extreme:
    """The `min` or `max` of numbers of one type: of equal ones, and beside what is no number, the first."""

    operator: str
    values: tuple[Expression, ...]
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class ExtremeOf:
    """The `min` or `max` of an array."""

    operator: str
    array: ArrayVariable
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class SumOf:
    """The sum of an array from left to right, rounded after each element."""

    array: ArrayVariable
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class Absolute:
    value: Expression
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class Bind:
    """`value` with `variable` holding `bound`, which is computed once."""

    variable: Variable
    bound: Expression
    value: Expression
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class Primitive:
    """What every machine computes exactly: `sqrt`, `copysign`, `fmod`, `isnan`, `isinf`, `isfinite`."""

    name: str
    values: tuple[Expression, ...]
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class Mathematics:
    """A function of the mathematics, on f64. What comes of finite numbers and is not finite is an error."""

    function: Function
    values: tuple[Expression, ...]
    line: int
    type: Scalar = Scalar.F64


@dataclass(frozen=True, eq=False)
class Call:
    """A helper's call, with a number or an array for each parameter."""

    function: Function
    arguments: tuple[Expression | ArrayVariable, ...]
    type: Scalar | None
    line: int


Expression = (
    Constant
    | Read
    | Load
    | Unary
    | Binary
    | Compare
    | Logic
    | Choose
    | Convert
    | Fit
    | Extreme
    | ExtremeOf
    | SumOf
    | Absolute
    | Bind
    | Primitive
    | Mathematics
    | Call
)


@dataclass(frozen=True, eq=False)
class Slice:
    """Part of an array of one dimension, with the limits of a slice of Python; None means the array's own."""

    array: ArrayVariable
    start: Expression | None
    stop: Expression | None
    line: int

    def fixed(self) -> range | None:
        """Its indices, where its limits are literals."""
        limits: list[int | None] = []
        for each in (self.start, self.stop):
            if each is not None and not isinstance(each, Constant):
                return None
            limits.append(None if each is None else int(each.value))
        return range(*slice(*limits).indices(self.array.type.count))


@dataclass(frozen=True, eq=False)
class Assign:
    variable: Variable
    value: Expression
    line: int


@dataclass(frozen=True, eq=False)
class Store:
    """The value is computed first, then the indices; then both are judged, the indices first."""

    array: ArrayVariable
    indices: tuple[Expression, ...]
    value: Expression
    line: int


@dataclass(frozen=True, eq=False)
class Fill:
    """A new array takes the place of what the variable held: zeros, or `values`."""

    array: ArrayVariable
    values: tuple[int | float, ...]
    line: int


@dataclass(frozen=True, eq=False)
class Copy:
    """Elements of one array into another of the same element. As many must be read as are written."""

    target: Slice
    source: Slice
    line: int


@dataclass(frozen=True, eq=False)
class If:
    condition: Expression
    yes: tuple[Statement, ...]
    no: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, eq=False)
class For:
    """`for variable in range(start, stop, step)`."""

    variable: Variable
    start: Expression
    stop: Expression
    step: int
    body: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, eq=False)
class ForEach:
    """`for variable in array[start:stop]`: an element is read when its turn comes."""

    variable: Variable
    source: ArrayVariable
    body: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, eq=False)
class While:
    condition: Expression
    body: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, eq=False)
class Leave:
    """`break` or `continue`."""

    word: str
    line: int


@dataclass(frozen=True, eq=False)
class Return:
    """What a function gives: a helper at most one number, a block an array or a number for each output."""

    values: tuple[Expression | ArrayVariable, ...]
    line: int


@dataclass(frozen=True, eq=False)
class Witness:
    """Writes down what an array holds, in an array of `rune.compiler.pyblock.testing.witness`."""

    witness: ArrayVariable
    array: ArrayVariable
    line: int


@dataclass(frozen=True, eq=False)
class Evaluate:
    """Expressions whose values are not kept."""

    values: tuple[Expression, ...]
    line: int


Statement = Assign | Store | Fill | Copy | If | For | ForEach | While | Leave | Return | Evaluate | Witness


@dataclass(frozen=True, eq=False)
class Function:
    """A function with its sizes known. `gives` is a helper's number."""

    name: str
    parameters: tuple[Variable | ArrayVariable, ...]
    variables: tuple[Variable, ...]
    arrays: tuple[ArrayVariable, ...]
    body: tuple[Statement, ...]
    gives: Scalar | None
    file: str
    """Of a function of the mathematics: another than the block's."""
    calls: tuple[Function, ...]
    """The functions that it calls, each once."""


@dataclass(frozen=True, eq=False)
class Block:
    """A whole block for inputs of known types.

    `entry` takes the inputs, then the parameters, then the states; `functions` are all that it calls, those first that
    others call.
    """

    entry: Function
    functions: tuple[Function, ...]
    inputs: tuple[TensorType, ...]
    parameters: tuple[Variable, ...]
    states: tuple[ArrayVariable, ...]
    outputs: tuple[TensorType, ...]

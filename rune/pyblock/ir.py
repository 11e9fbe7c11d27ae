"""The intermediate representation of a checked block: typed and frozen, with all sizes known.

Nodes are compared by identity, so that an analysis can store facts about each.
"""

from __future__ import annotations

from dataclasses import dataclass

from rune.pyblock.numbers import Scalar
from rune.pyblock.variables import ArrayVariable, Variable
from rune.tensor import ElementType, TensorType


@dataclass(frozen=True, eq=False)
class NumberConstant:
    value: bool | int | float
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class ReadVariable:
    """The value of a variable."""

    variable: Variable
    line: int

    @property
    def type(self) -> Scalar:
        return self.variable.type


@dataclass(frozen=True, eq=False)
class LoadElement:
    """An element; a negative index counts from the end."""

    array: ArrayVariable
    indices: tuple[Expression, ...]
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class UnaryOperation:
    """`-`, `~` or `not`."""

    operator: str
    value: Expression
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class BinaryOperation:
    """An operation on two numbers of the result's type."""

    operator: str
    left: Expression
    right: Expression
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class NumberComparison:
    """A comparison of two numbers of one type."""

    operator: str
    left: Expression
    right: Expression
    line: int
    type: Scalar = Scalar.BOOL


@dataclass(frozen=True, eq=False)
class Logic:
    """`and` or `or`: the right side is only evaluated if the left does not decide."""

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
    """A conversion to another type. `rounding` says how a float becomes whole: `int`, `round`, `floor`, `ceil`."""

    value: Expression
    type: Scalar
    line: int
    rounding: str = "int"


@dataclass(frozen=True, eq=False)
class FitElement:
    """A whole number that must fit in an element."""

    value: Expression
    element: ElementType
    line: int
    type: Scalar = Scalar.INT


@dataclass(frozen=True, eq=False)
class Extreme:
    """The `min` or `max` of numbers of one type. If they are equal, or one is NaN, the first wins."""

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
    """A function that every machine computes exactly: `sqrt`, `copysign`, `fmod`, `isnan`, `isinf`, `isfinite`."""

    name: str
    values: tuple[Expression, ...]
    type: Scalar
    line: int


@dataclass(frozen=True, eq=False)
class Mathematics:
    """A function of the math library, on f64. A result that is not finite is an error if the arguments are finite."""

    function: Function
    values: tuple[Expression, ...]
    line: int
    type: Scalar = Scalar.F64


@dataclass(frozen=True, eq=False)
class HelperCall:
    """A call of a helper function, with a number or an array for each parameter."""

    function: Function
    arguments: tuple[Expression | ArrayVariable, ...]
    type: Scalar | None
    line: int


Expression = (
    NumberConstant
    | ReadVariable
    | LoadElement
    | UnaryOperation
    | BinaryOperation
    | NumberComparison
    | Logic
    | Choose
    | Convert
    | FitElement
    | Extreme
    | ExtremeOf
    | SumOf
    | Absolute
    | Bind
    | Primitive
    | Mathematics
    | HelperCall
)


@dataclass(frozen=True, eq=False)
class Slice:
    """A slice of a one-dimensional array, with Python's limits; None means the start or end of the array."""

    array: ArrayVariable
    start: Expression | None
    stop: Expression | None
    line: int

    def fixed(self) -> range | None:
        """Returns its indices if its limits are literals."""
        limits: list[int | None] = []
        for each in (self.start, self.stop):
            if each is not None and not isinstance(each, NumberConstant):
                return None
            limits.append(None if each is None else int(each.value))
        return range(*slice(*limits).indices(self.array.type.count))


@dataclass(frozen=True, eq=False)
class Assign:
    variable: Variable
    value: Expression
    line: int


@dataclass(frozen=True, eq=False)
class StoreElement:
    """An element is assigned. The value is computed first, then the indices; the indices are checked first."""

    array: ArrayVariable
    indices: tuple[Expression, ...]
    value: Expression
    line: int


@dataclass(frozen=True, eq=False)
class Fill:
    """A new array replaces the variable's old one. It contains zeros, or `values`."""

    array: ArrayVariable
    values: tuple[int | float, ...]
    line: int


@dataclass(frozen=True, eq=False)
class CopySlice:
    """A copy of elements into an array of the same element type. Both slices must have the same length."""

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
    """`for variable in array`: each element is read when its iteration starts."""

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
    """The returned values: at most one number from a helper; an array or a number for each output of a block."""

    values: tuple[Expression | ArrayVariable, ...]
    line: int


@dataclass(frozen=True, eq=False)
class Witness:
    """Appends the contents of an array to an output record of `rune.pyblock.running.witness`."""

    witness: ArrayVariable
    array: ArrayVariable
    line: int


@dataclass(frozen=True, eq=False)
class Evaluate:
    """Expressions whose values are discarded."""

    values: tuple[Expression, ...]
    line: int


Statement = Assign | StoreElement | Fill | CopySlice | If | For | ForEach | While | Leave | Return | Evaluate | Witness


@dataclass(frozen=True, eq=False)
class Function:
    """A function with known sizes. `gives` is the type of the number that a helper returns."""

    name: str
    parameters: tuple[Variable | ArrayVariable, ...]
    variables: tuple[Variable, ...]
    arrays: tuple[ArrayVariable, ...]
    body: tuple[Statement, ...]
    gives: Scalar | None
    file: str
    """For a function of the math library, this is not the block's file."""
    calls: tuple[Function, ...]
    """The functions that this function calls, each once."""


@dataclass(frozen=True, eq=False)
class TypedBlock:
    """A whole block for inputs of known types.

    `entry` takes the inputs, then the parameters, then the states; `functions` are all functions that it calls, in an
    order in which each comes before its callers.
    """

    entry: Function
    functions: tuple[Function, ...]
    inputs: tuple[TensorType, ...]
    parameters: tuple[Variable, ...]
    states: tuple[ArrayVariable, ...]
    outputs: tuple[TensorType, ...]

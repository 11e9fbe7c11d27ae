"""The variables of a checked block: numbers and arrays, by identity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rune.pyblock.numbers import Scalar
from rune.tensor import TensorType


class ArrayRole(Enum):
    """The owner of the memory of an array."""

    CALLER = "caller"
    """The caller of the function."""
    LOCAL = "local"
    """The function, for the duration of a call."""
    TABLE = "table"
    """A constant of the file."""


@dataclass(frozen=True, eq=False)
class ArrayVariable:
    """An array in a function. `data` holds the elements of a table."""

    name: str
    type: TensorType
    role: ArrayRole
    is_writable: bool
    data: tuple[int | float, ...] = ()


@dataclass(frozen=True, eq=False)
class Variable:
    """A number variable of a function."""

    name: str
    type: Scalar

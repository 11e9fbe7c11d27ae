"""A program of PyTorch as it was read: operators, arrays, inputs and outputs, and nothing else of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class ValueName:
    """A value that an input, an array or an earlier operator gives."""

    name: str


@dataclass(frozen=True)
class TorchConstant:
    """A constant of the module `torch`, as `float32` or `contiguous_format`."""

    name: str


Argument = None | bool | int | float | str | ValueName | TorchConstant | tuple["Argument", ...]


@dataclass(frozen=True)
class ProgramNode:
    """One operator: `aten.NAME.OVERLOAD`, or a function of the module `operator` on sizes.

    `is_list` says that its one result is a list, whose members are the outputs.
    """

    target: str
    arguments: tuple[Argument, ...]
    keywords: Mapping[str, Argument]
    outputs: tuple[str, ...]
    is_list: bool


@dataclass(frozen=True)
class ProgramInput:
    """An input of a program; None for a dimension that is open. `kind` is the type of its numbers."""

    name: str
    shape: tuple[int | None, ...]
    kind: str


@dataclass(frozen=True)
class TorchProgram:
    """A whole program. `producer` says what wrote the file."""

    nodes: Sequence[ProgramNode]
    constants: Mapping[str, Array]
    inputs: tuple[ProgramInput, ...]
    outputs: tuple[str, ...]
    producer: str

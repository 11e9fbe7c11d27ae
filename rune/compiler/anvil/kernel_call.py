"""Calls of kernels in C, before the addresses of tensors are known.

A kernel set (`rune.compiler.kernels`) creates these calls for computations, and `select` fills in the places.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rune.compiler.anvil.program import Number
from rune.compiler.anvil.requantisation.proven_scale import ScaleProof


@dataclass(frozen=True)
class InputPointer:
    """A pointer to the op's input number `index`."""

    index: int
    element: str


@dataclass(frozen=True)
class OutputPointer:
    """A pointer to the op's output number `index`."""

    index: int
    element: str


@dataclass(frozen=True)
class Scratch:
    """A pointer to scratch memory of the call, at least `size` bytes."""

    element: str
    size: int


@dataclass(frozen=True)
class ConstantPointer:
    """A pointer to constant bytes."""

    element: str
    data: bytes


@dataclass(frozen=True)
class KernelStructure:
    """A pointer to a constant structure of the kernels."""

    type: str
    fields: tuple[tuple[str, int | float | tuple[int, ...] | ConstantPointer | None], ...]


KernelArgument = InputPointer | OutputPointer | Scratch | ConstantPointer | Number | KernelStructure


@dataclass(frozen=True)
class KernelCall:
    """A call of `function` from the kernel's header."""

    function: str
    arguments: tuple[KernelArgument, ...]
    proof: ScaleProof | None = field(default=None, compare=False)
    """The proof that the kernel's constants give the reference's results, if it computes differently."""

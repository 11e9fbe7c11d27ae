"""How an op of a model is called in C, before it is known where its tensors lie.

A kernel set (`rune.compiler.kernels`) makes these calls of what the ops say, `lower` puts places into them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rune.compiler.anvil.program import Number
from rune.compiler.anvil.proven_scale import Proof


@dataclass(frozen=True)
class Input:
    """A pointer to the op's input number `index`."""

    index: int
    element: str


@dataclass(frozen=True)
class Output:
    """A pointer to the op's output number `index`."""

    index: int
    element: str


@dataclass(frozen=True)
class Scratch:
    """A pointer to memory of the call's own. `size` bytes, at least."""

    element: str
    size: int


@dataclass(frozen=True)
class Constant:
    """A pointer to these bytes."""

    element: str
    data: bytes


@dataclass(frozen=True)
class KernelStructure:
    """A pointer to a constant structure of the kernels."""

    type: str
    fields: tuple[tuple[str, int | float | tuple[int, ...] | Constant | None], ...]


KernelArgument = Input | Output | Scratch | Constant | Number | KernelStructure


@dataclass(frozen=True)
class KernelCall:
    """A call of `function` from the header of the kernel."""

    function: str
    arguments: tuple[KernelArgument, ...]
    proof: Proof | None = field(default=None, compare=False)
    """Where the kernel computes in another way than the reference: that its constants give the same."""

"""How an op of a model is called in C, before it is known where its tensors lie.

The files of `ops/` make these calls, `lower` puts places into them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rune.anvil.program import Number
from rune.tflite import Model, Operator, Tensor

KERNELS = Path(__file__).resolve().parent.parent / "kernels"


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
    """A call of `function` from the kernel header `header`."""

    header: str
    function: str
    arguments: tuple[KernelArgument, ...]


class Contradiction(Exception):
    """Tensors or options of an op that do not fit each other; the message is half a sentence."""


@dataclass(frozen=True)
class Op:
    """One op with its tensors; an optional input that is absent is None."""

    operator: Operator
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]

    @staticmethod
    def of(model: Model, operator: Operator) -> Op:
        return Op(
            operator,
            tuple(model.tensors[index] if index >= 0 else None for index in operator.inputs),
            tuple(model.tensors[index] for index in operator.outputs),
        )

    def input(self, index: int) -> Tensor:
        """An input that must be there. Raises `Contradiction`."""
        tensor = self.optional_input(index)
        if tensor is None:
            raise Contradiction(f"input {index} is missing")
        return tensor

    def optional_input(self, index: int) -> Tensor | None:
        return self.inputs[index] if index < len(self.inputs) else None

    @property
    def output(self) -> Tensor:
        """The only output. Raises `Contradiction`."""
        if len(self.outputs) != 1:
            raise Contradiction(f"it has {len(self.outputs)} outputs where it should have one")
        return self.outputs[0]


@dataclass(frozen=True)
class Operation:
    """What Anvil knows about one kind of op."""

    refusal: Callable[[Op], str | None]
    """None, or why there is no kernel for it: "" for the types alone, or what else is beyond the kernel."""
    call: Callable[[Op], KernelCall | None]
    """The call; None where the output is the input itself, seen with other dimensions. Raises `Contradiction`."""


Operations = Mapping[str, Operation]


def require(holds: bool, otherwise: str) -> None:
    """Raises `Contradiction` unless it holds."""
    if not holds:
        raise Contradiction(otherwise)

"""One op of a model file, and the properties of each kind of op: what it refuses and what it computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.signed_bytes import as_signed
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Operator, Tensor, TensorKind


class Contradiction(Exception):
    """Tensors or options of an op contradict each other; the message continues a sentence."""


@dataclass(frozen=True)
class ModelOp:
    """One op with its tensors, with uint8 as int8; an absent optional input is None."""

    operator: Operator
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    intermediates: tuple[Tensor | None, ...]
    """The quantization of the intermediate tensors."""
    is_unsigned: bool
    """Whether the file declares the results as uint8, which some reference kernels round differently."""
    reads_unsigned: bool
    """Whether the file declares an input as uint8."""
    profile: Profile = LITERT
    """The profile: whose bits to reproduce, if runtimes differ."""

    @staticmethod
    def of(tensors: Sequence[Tensor], operator: Operator, profile: Profile = LITERT) -> ModelOp:
        outputs = [tensors[index] for index in operator.outputs]
        return ModelOp(
            operator,
            tuple(as_signed(tensors[index]) if index >= 0 else None for index in operator.inputs),
            tuple(map(as_signed, outputs)),
            tuple(tensors[index] if index >= 0 else None for index in operator.intermediates),
            any(tensor.kind is TensorKind.UINT8 for tensor in outputs),
            any(tensors[index].kind is TensorKind.UINT8 for index in operator.inputs if index >= 0),
            profile,
        )

    def input(self, index: int) -> Tensor:
        """Returns a required input. Raises `Contradiction` if it is missing."""
        tensor = self.optional_input(index)
        if tensor is None:
            raise Contradiction(f"input {index} is missing")
        return tensor

    def optional_input(self, index: int) -> Tensor | None:
        return self.inputs[index] if index < len(self.inputs) else None

    @property
    def output(self) -> Tensor:
        """Returns the only output. Raises `Contradiction`."""
        if len(self.outputs) != 1:
            raise Contradiction(f"it has {len(self.outputs)} outputs where it should have one")
        return self.outputs[0]


Alike = tuple[str, int, int, tuple[int, ...], tuple[int, ...], tuple[int, ...]]


def alike(tensors: Sequence[Tensor], operator: Operator) -> Alike:
    """A key that is equal for operators that differ only in their tensors, such as those of a loop's iterations, so
    that the results for one hold for all. It is valid while the tensors exist."""
    inputs, outputs, intermediates = (
        tuple(id(tensors[index]) if index >= 0 else -1 for index in indices)
        for indices in (operator.inputs, operator.outputs, operator.intermediates)
    )
    return operator.op, operator.version, id(operator.options), inputs, outputs, intermediates


@dataclass(frozen=True)
class OpKind:
    """The properties of one kind of op."""

    refusal: Callable[[ModelOp], str | None]
    """Returns None, or why an op cannot be compiled: "" for its types, else another reason."""
    computation: Callable[[ModelOp], Computation]
    """Returns the computation of an op. Raises `Contradiction`."""
    operands: slice | Callable[[ModelOp], slice] = field(default_factory=lambda: slice(0, 1))
    """The inputs that are tensors at run time. The others are weights and sizes, which the computation contains."""

    reads: tuple[int, ...] = ()
    """The operands that are variables, by their position in the inputs."""
    states: tuple[int, ...] = ()
    """The other inputs that are variables and are overwritten. They follow the operands as inputs and the outputs as
    outputs, in the same memory."""
    may_fail: Callable[[ModelOp], bool] = lambda _: False
    """Whether an op can stop the run, depending on its inputs."""

    def operands_of(self, op: ModelOp) -> slice:
        """Returns the operands of one op."""
        return self.operands if isinstance(self.operands, slice) else self.operands(op)


def unless_constant(number: int) -> Callable[[ModelOp], bool]:
    """Returns whether an input of an op is known only at run time."""

    def is_unknown(op: ModelOp) -> bool:
        tensor = op.optional_input(number)
        return tensor is None or tensor.data is None or tensor.is_variable

    return is_unknown


Operations = Mapping[str, OpKind]
"""Kinds of ops by their TFLite names."""


def require(holds: bool, otherwise: str) -> None:
    """Raises `Contradiction` if the condition is false."""
    if not holds:
        raise Contradiction(otherwise)

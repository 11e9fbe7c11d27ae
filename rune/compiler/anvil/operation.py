"""One op of a model file as `reading` meets it, and what Anvil knows of each kind of op: what it refuses and what it
computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.profile import LITERT, Profile
from rune.compiler.anvil.signed_bytes import as_signed
from rune.model.tflite import Operator, Tensor, TensorKind


class Contradiction(Exception):
    """Tensors or options of an op that do not fit each other; the message continues a sentence."""


@dataclass(frozen=True)
class Op:
    """One op with its tensors, those of uint8 as int8; an optional input that is absent is None."""

    operator: Operator
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    intermediates: tuple[Tensor | None, ...]
    """How numbers inside of the op are quantised."""
    is_unsigned: bool
    """Whether the file has the results as uint8, which some of the reference's kernels round in another way."""
    reads_unsigned: bool
    """Whether the file has an input as uint8."""
    profile: Profile = LITERT
    """Whose bits are asked for, where runtimes differ."""

    @staticmethod
    def of(tensors: Sequence[Tensor], operator: Operator, profile: Profile = LITERT) -> Op:
        outputs = [tensors[index] for index in operator.outputs]
        return Op(
            operator,
            tuple(as_signed(tensors[index]) if index >= 0 else None for index in operator.inputs),
            tuple(map(as_signed, outputs)),
            tuple(tensors[index] if index >= 0 else None for index in operator.intermediates),
            any(tensor.kind is TensorKind.UINT8 for tensor in outputs),
            any(tensors[index].kind is TensorKind.UINT8 for index in operator.inputs if index >= 0),
            profile,
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


Alike = tuple[str, int, int, tuple[int, ...], tuple[int, ...], tuple[int, ...]]


def alike(tensors: Sequence[Tensor], operator: Operator) -> Alike:
    """Equal for operators that are the same but for which tensors they mean, as those of a loop's rounds are: what is
    found of one holds for all. Only as long as the tensors live."""
    inputs, outputs, intermediates = (
        tuple(id(tensors[index]) if index >= 0 else -1 for index in indices)
        for indices in (operator.inputs, operator.outputs, operator.intermediates)
    )
    return operator.op, operator.version, id(operator.options), inputs, outputs, intermediates


@dataclass(frozen=True)
class Operation:
    """What Anvil knows about one kind of op."""

    refusal: Callable[[Op], str | None]
    """None, or why it cannot be compiled: "" for the types alone, or what else is beyond Anvil."""
    computation: Callable[[Op], Computation]
    """What is computed. Raises `Contradiction`."""
    operands: slice | Callable[[Op], slice] = field(default_factory=lambda: slice(0, 1))
    """Which of the inputs are tensors of a run. The others are weights and sizes, which the computation holds."""

    reads: tuple[int, ...] = ()
    """Which of its operands are variables, by their places among the inputs."""
    states: tuple[int, ...] = ()
    """Which of the other inputs are variables that it writes anew. The computation is given them behind its operands,
    and gives them behind its outputs, in the memory in which they were."""
    may_fail: Callable[[Op], bool] = lambda _: False
    """Whether an op ends the run for some inputs."""

    def operands_of(self, op: Op) -> slice:
        """Of one op."""
        return self.operands if isinstance(self.operands, slice) else self.operands(op)


def unless_constant(number: int) -> Callable[[Op], bool]:
    """Whether an input of an op is known only while it runs."""

    def is_unknown(op: Op) -> bool:
        tensor = op.optional_input(number)
        return tensor is None or tensor.data is None or tensor.is_variable

    return is_unknown


Operations = Mapping[str, Operation]
"""By TFLite's names."""


def require(holds: bool, otherwise: str) -> None:
    """Raises `Contradiction` unless it holds."""
    if not holds:
        raise Contradiction(otherwise)

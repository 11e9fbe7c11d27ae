"""RESHAPE, EXPAND_DIMS and SQUEEZE: the same elements with other dimensions.

It costs nothing: the output is the input's memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import CarriesChannels, Computation, View
from rune.compiler.anvil.operation import ModelOp, OpKind, require


@dataclass(frozen=True)
class Reshape(View, CarriesChannels):
    """The last dimension before and after."""

    from_channels: int
    to_channels: int

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        return inputs[0] if self.from_channels == self.to_channels else None

    def carrying(self, keep: Mask) -> Computation | None:
        count = int(keep.sum())
        return Reshape(count, count) if self.from_channels == self.to_channels else None


def refusal(op: ModelOp) -> str | None:
    input_ = op.input(0)
    if input_.kind is not op.output.kind or input_.type is None or input_.is_sparse:
        return ""
    return None


def computation(op: ModelOp) -> Reshape:
    require(op.input(0).count == op.output.count, f"{op.input(0).count} elements cannot become {op.output.count}")
    return Reshape(*(tensor.shape[-1] if tensor.shape else 1 for tensor in (op.input(0), op.output)))


_OPERATION = OpKind(refusal, computation)

OPERATIONS = dict.fromkeys(("EXPAND_DIMS", "RESHAPE", "SQUEEZE"), _OPERATION)

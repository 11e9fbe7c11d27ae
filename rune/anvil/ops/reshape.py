"""RESHAPE: the same elements with other dimensions. It costs nothing: the output is the input's memory."""

from __future__ import annotations

from rune.anvil.operation import Op, Operation, require


def refusal(op: Op) -> str | None:
    input_ = op.input(0)
    if input_.kind is not op.output.kind or input_.type is None or input_.is_sparse:
        return ""
    return None


def computation(op: Op) -> None:
    require(op.input(0).count == op.output.count, f"{op.input(0).count} elements cannot become {op.output.count}")


OPERATIONS = {"RESHAPE": Operation(refusal, computation)}

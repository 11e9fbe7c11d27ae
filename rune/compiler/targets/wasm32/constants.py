"""The constant arrays of a program and their names."""

from __future__ import annotations

from rune.compiler.anvil.memory.plan import Plan
from rune.compiler.anvil.program import Program


def blob_name(part: int) -> str:
    """Returns the name of the constants of a part."""
    return f"constants_{part}"


def model_name(number: int) -> str:
    """Returns the name of a model that the rune carries for its host."""
    return f"model_{number}"


def constants_of(program: Program, plan: Plan, part: int) -> bytes:
    """Returns the constants of a part, where the plan places them."""
    blob = bytearray(plan.constant_sizes[part])
    for offset, constant in zip(plan.constant_offsets, program.constants, strict=True):
        if constant.part == part:
            blob[offset : offset + len(constant.data)] = constant.data
    return bytes(blob)

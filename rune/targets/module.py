"""A program as a module: plan, emit, compile."""

from __future__ import annotations

from rune import anvil
from rune.anvil import Limits, Program, Target


def module_of(program: Program, target: Target, limits: Limits | None = None) -> bytes:
    """The module of a program that was lowered for the target. Raises `TooMuchMemory`, `CompileError`, and
    `ValueError` for a target that makes none."""
    if target.toolchain is None:
        raise ValueError(f"{target.name} makes no module")
    return anvil.compile(target.emit(program, anvil.plan(program, target.limits), "rune"), target.toolchain, limits)

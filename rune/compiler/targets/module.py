"""A program as a module: plan, emit, compile."""

from __future__ import annotations

from rune.compiler.anvil.compiling.allowance import Allowance
from rune.compiler.anvil.compiling.compiler import compile_sources
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.target import Target


def module_of(program: Program, target: Target, allowance: Allowance | None = None) -> bytes:
    """The module of a program that was lowered for the target. Raises `TooMuchMemory`, `CompileError`, and
    `ValueError` for a target that makes none."""
    if target.toolchain is None:
        raise ValueError(f"{target.name} makes no module")
    return compile_sources(target.emit(program, plan(program, target.limits), "rune"), target.toolchain, allowance)

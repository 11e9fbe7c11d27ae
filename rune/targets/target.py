"""What is told of a target."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """`compile_flags` go to clang for each unit, `link_flags` to `linker`, a command of the zig toolchain."""

    name: str
    compile_flags: tuple[str, ...]
    linker: str
    link_flags: tuple[str, ...]

"""Descriptions of targets: limits, kernels, emitter, toolchain and packager.

The targets themselves are in `rune.compiler.targets`, one folder each; Anvil receives a target and never looks one up
by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rune.aim import BALANCED, OPTIMIZATIONS, Aim
from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.memory.plan import Plan
from rune.compiler.anvil.memory.target_limits import TargetLimits
from rune.compiler.anvil.passes.optimise import PASSES, Pass
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.sources import Sources
from rune.port import Port
from rune.source.runefile.pipeline import Pipeline


@dataclass(frozen=True)
class Toolchain:
    """Flags of the zig toolchain. `compile_flags` are passed to clang for each unit, after those that all targets
    share, and `kernel_flags` for units with kernels, which are those that are not compiled for size. `link_flags` are
    passed to `linker`, a zig command; they end with the option for the output file, and the inputs follow.
    `optimization` is clang's flag for the units that determine the speed of a rune. With `keeps_layouts`, which needs
    `wasm-ld`, a program that differs in constants from one before is not linked again."""

    compile_flags: tuple[str, ...]
    linker: str
    link_flags: tuple[str, ...]
    optimization: str = "-O2"
    keeps_layouts: bool = False
    kernel_flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class BuiltProgram:
    """The input of a packager. `resources` are those with a default; `module` is empty without a toolchain."""

    name: str
    pipeline: Pipeline
    watched_ports: tuple[Port, ...]
    resources: tuple[tuple[str, bytes], ...]
    memory: int
    """The bytes of arena and messages."""
    sources: Sources
    module: bytes
    second: bytes
    """The second module; empty if there is none."""


@dataclass(frozen=True)
class Target:
    """A compilation target. `summary` says in one line who it is for."""

    name: str
    summary: str
    limits: TargetLimits
    kernels: KernelSet
    makes_rune: bool
    """Whether the result is one file, a rune for a host, which provides inputs, models and resources and receives
    outputs and marks. Otherwise it is a folder of files, with inputs and outputs as function arguments."""
    emitter: Callable[[Target, Program, Plan, str], Sources]
    """Emits the C of a planned program; the text is the rune's name."""
    toolchain: Toolchain | None
    """The toolchain that compiles the sources to a module; None if the sources themselves are shipped."""
    packager: Callable[[BuiltProgram], Mapping[str, bytes]]
    """Returns the files to ship, by path in a folder."""
    passes: Mapping[str, Pass] = field(default_factory=lambda: PASSES)
    """The passes over a graph before kernels are chosen, by name."""
    optimized_for: Aim = BALANCED
    bytes_matter: float = 0.5
    """The worth of a byte of constants when kernels are chosen, as a multiple of the program's average number of
    instructions per byte (`byte_price`)."""
    second: Target | None = None
    """The target of a second module with the same results, for hosts with more features. It is omitted if it would use
    none of that target's own kernels."""
    variants: tuple[Target, ...] = ()
    """The same target with other optimisation goals."""
    steps_apart: bool = False
    """Whether the calls of a pipeline are compiled apart from each other, so that an edit compiles little. The results
    are the same; the module has more bytes."""
    library: Toolchain | None = None
    """The toolchain that compiles shipped sources to a static library; None if there is no library."""
    board: str | None = None
    """The key of the board for which firmware is shipped with the sources."""
    package_of: str | None = None
    """The name of the target whose package this one contains; it has the same requirements."""
    starting_points: frozenset[str] = frozenset()
    """The shipped files that users continue to edit; a later build does not overwrite them."""

    def variant(self, aim: Aim) -> Target | None:
        """Returns this target with another optimisation goal; None if there is no such variant. A static library is
        recompiled; sources that are shipped alone are compiled by the user."""
        if self.library is not None:
            library = replace(self.library, optimization=OPTIMIZATIONS[aim])
            return replace(self, optimized_for=aim, library=library)
        return next((each for each in (self, *self.variants) if each.optimized_for == aim), None)

    def emit(self, program: Program, plan: Plan, name: str) -> Sources:
        """Emits the sources of a program. The same arguments give the same bytes."""
        return self.emitter(self, program, plan, name)

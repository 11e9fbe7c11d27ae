"""The description of a target: its limits, its kernels, its emitter, its toolchain and its packager.

The targets themselves are in `rune.compiler.targets`, a folder each; Anvil is given one and looks none up by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rune.compiler.anvil.aim import BALANCED, OPTIMIZATIONS, Aim
from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.passes.optimise import PASSES, Pass
from rune.compiler.anvil.plan import Plan
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.sources import Sources
from rune.compiler.anvil.target_limits import TargetLimits
from rune.source.runefile.pipeline import Pipeline, Port


@dataclass(frozen=True)
class Toolchain:
    """`compile_flags` go to clang for each unit, behind those that all targets share. `link_flags` go to `linker`, a
    command of the zig toolchain; behind the last of them stands where its result goes, and then what it is made of.
    `optimization` is clang's flag for the units that decide how fast a rune is."""

    compile_flags: tuple[str, ...]
    linker: str
    link_flags: tuple[str, ...]
    optimization: str = "-O2"


@dataclass(frozen=True)
class Made:
    """What a packager is given. `resources` are those with a default; `module` is empty without a toolchain."""

    name: str
    pipeline: Pipeline
    watched: tuple[Port, ...]
    resources: tuple[tuple[str, bytes], ...]
    memory: int
    """Bytes of arena and messages."""
    sources: Sources
    module: bytes
    second: bytes
    """The second module; empty where there is none."""


@dataclass(frozen=True)
class Target:
    """What code is made for. `summary` says for whom, in one line."""

    name: str
    summary: str
    limits: TargetLimits
    kernels: KernelSet
    makes_rune: bool
    """Whether one file comes out, a rune, which a host runs: it gives inputs, models and resources, and takes outputs
    and marks. Else a folder of files comes out, and what goes in and out are arguments."""
    emitter: Callable[[Target, Program, Plan, str], Sources]
    """The C of a planned program; the text is the rune's name."""
    toolchain: Toolchain | None
    """What makes a module of the sources; None where they are shipped as they are."""
    packager: Callable[[Made], Mapping[str, bytes]]
    """The files that are handed over, by their path in a folder."""
    passes: Mapping[str, Pass] = field(default_factory=lambda: PASSES)
    """What is done to a graph before kernels are chosen, by name."""
    optimized_for: Aim = BALANCED
    bytes_matter: float = 0.5
    """What a byte of constants is worth where kernels are chosen: so many times the instructions that the program
    spends on one on average (`byte_price`)."""
    second: Target | None = None
    """Of what a second module goes along, with the same results, for hosts that can do more. It is left out where it
    would have none of that target's own kernels."""
    variants: tuple[Target, ...] = ()
    """The same rune, optimised for something else."""
    library: Toolchain | None = None
    """What makes a static library of sources that are shipped; None where none goes with them."""
    board: str | None = None
    """The board, by its key, for which firmware goes with the sources."""
    package_of: str | None = None
    """The target whose package this has too, by its name: what that needs on its core, this needs."""
    starting_points: frozenset[str] = frozenset()
    """Those of them that a person goes on to write; a later build leaves them as they are."""

    def variant(self, aim: Aim) -> Target | None:
        """The same target, optimised for this; None where there is no such thing. A static library is compiled
        otherwise; sources that are shipped alone are compiled by who gets them."""
        if self.library is not None:
            library = replace(self.library, optimization=OPTIMIZATIONS[aim])
            return replace(self, optimized_for=aim, library=library)
        return next((each for each in (self, *self.variants) if each.optimized_for == aim), None)

    def emit(self, program: Program, plan: Plan, name: str) -> Sources:
        """Everything that a compiler gets to see. The same arguments give the same bytes."""
        return self.emitter(self, program, plan, name)

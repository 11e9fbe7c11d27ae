"""C99 sources, to be compiled elsewhere: for any processor of 32 or 64 bits whose lowest byte comes first.

A folder with `<name>.h`, `<name>.c` and a small `main.c`. There is no host: inputs and outputs are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping

from rune.compiler.anvil.memory.target_limits import TargetLimits
from rune.compiler.anvil.passes.optimise import SMALL_PASSES
from rune.compiler.anvil.target import BuiltProgram, Target
from rune.compiler.kernels.portable import PORTABLE
from rune.compiler.targets.c.emit import emit
from rune.compiler.targets.c.names import file_stem
from rune.running.container import canonical_json
from rune.running.container.watch import watch_json


def _package(result: BuiltProgram) -> Mapping[str, bytes]:
    """The sources, and what the rune counts."""
    watch = watch_json(result.pipeline)
    if watch is None:
        return result.sources.files
    return {**result.sources.files, f"{file_stem(result.name)}.watch.json": canonical_json(watch) + b"\n"}


POINTERS_OF_32_BITS = TargetLimits(memory=32 << 20, alignment=8, text_size=8)
"""The limits of targets that are based on this one, and are microcontrollers."""

TARGET = Target(
    name="c",
    summary="a folder of C99 sources for any compiler: a header, the rune, and a small main.c",
    limits=TargetLimits(memory=192 << 20, alignment=8, text_size=16),
    kernels=PORTABLE,
    makes_rune=False,
    emitter=emit,
    toolchain=None,
    packager=_package,
    passes=SMALL_PASSES,
    starting_points=frozenset({"main.c"}),
)

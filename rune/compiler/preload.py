"""Does ahead what a first build would do: imports ops, kernels and blocks, and compiles the C that all runes share.

A process that others are forked from does so before them: each of them then starts with all of it.
"""

from __future__ import annotations

from contextlib import suppress

from rune.blocks.catalogue import CATALOGUE
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.ops import OPERATIONS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import targets
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE

_SMALLEST = b"""\
version: 1
image: runicos/base
pipeline:
  number: {capability: RAW, outputs: [{type: u8, dimensions: [1]}]}
  out: {out: serial, inputs: [number]}
"""


def preload() -> None:
    """Imports all ops, kernels and blocks, and builds a rune without any: the process keeps what it compiled for it."""
    for target in targets():
        for kernels in target.kernels.sets:
            tuple(kernels.kernels.values())
    tuple(OPERATIONS.values())
    tuple(CATALOGUE.values())
    with suppress(CompileError):  # a build says what is wrong with the compiler, to who asks for one
        build(MemoryFiles({DEFAULT_RUNEFILE: _SMALLEST}), BuildOptions("smallest"))

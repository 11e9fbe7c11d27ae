"""Compiles the learner of the page Teach to WebAssembly, from the C of the block `logistic_regression`.

The front end gets it as text in a module of its declared facts, because a page worker that has one file needs no
address for another. Run by tools.setup with the environment's Python.

    .venv/bin/python -m tools.generators.learner
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from rune.blocks.catalogue import CATALOGUE
from rune.c_library import HEADERS
from rune.compiler.anvil.compiling.compiler import compile_sources
from rune.compiler.anvil.sources import Sources, Unit
from rune.compiler.anvil.target import Toolchain
from rune.compiler.targets.wasm32 import FEATURES
from tools.setup import DECLARED_FOLDER

SOURCE = Path(__file__).parent / "learner.c"
BLOCK = "logistic_regression"
_HEADER = "// Written by tools.generators.learner: the C of the block that learns, compiled. Not edited by hand.\n"
_TOOLCHAIN = Toolchain(
    FEATURES,
    "wasm-ld",
    ("--no-entry", "--strip-all", "--stack-first", "-z", "stack-size=16384", "-o"),
    optimization="-O2",
)


def module() -> bytes:
    """Returns the module, whose memory grows as its page asks."""
    header = CATALOGUE[BLOCK].header
    if header is None:
        raise TypeError(f"The block {BLOCK} is not in C.")
    files = {f"common/{path.name}": path.read_bytes() for path in sorted(HEADERS.glob("*.h"))}
    files |= {header.name: header.read_bytes(), SOURCE.name: SOURCE.read_bytes()}
    sources = Sources(files, (Unit(SOURCE.name),))
    return compile_sources(sources, _TOOLCHAIN)


def main() -> int:
    encoded_module = base64.b64encode(module()).decode("ascii")
    DECLARED_FOLDER.mkdir(exist_ok=True)
    (DECLARED_FOLDER / "learner.ts").write_text(
        f'{_HEADER}export const LEARNER = "{encoded_module}";\n', encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

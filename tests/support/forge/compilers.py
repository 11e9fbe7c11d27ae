"""A worker's compilers in a test."""

from __future__ import annotations

from collections.abc import Callable

from forge.compute.pool.compiler import Compiler
from forge.compute.pool.warm_compilers import WarmCompilers


def warm(new_compiler: Callable[[], Compiler]) -> WarmCompilers:
    return WarmCompilers(new_compiler, limit=1)


BROKEN_RUNEFILE = b"version: 1\nimage: runicos/base\npipeline:\n  out:\n    out: SERIAL\n    inputs:\n      - nothing\n"

"""The compiler's processes, their limits, and the toolchain's digest."""

from __future__ import annotations

from forge.compute.compiler import Compiler
from forge.compute.workdir import workdir
from rune.toolchain import toolchain_digest

TOOLCHAIN = toolchain_digest()
"""Part of what names an artefact: another toolchain makes other bytes. Of the sources as they were at the start."""
BUILD_SECONDS = 300.0
"""The longest that a numbered build may take."""
PREVIEW_SECONDS = 60.0
"""The longest that a preview may take."""


def fresh_compiler() -> Compiler:
    """A process for one numbered build, limited in its time on the processor too."""
    return Compiler(workdir(), seconds=2 * int(BUILD_SECONDS))


def warm_compiler() -> Compiler:
    """A process that is kept for one preview after another; each is limited in time by its parent."""
    return Compiler(workdir())

"""Where builds happen and how long they may take: folders below DATA_DIR, limits, and the toolchain's version."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

import rune
from forge.builds.compiler import Compiler

TOOLCHAIN = rune.__version__
"""Part of what names an artefact: another toolchain makes other bytes."""
BUILD_SECONDS = 300.0
"""The longest that a numbered build may take."""
PREVIEW_SECONDS = 60.0
"""The longest that a preview may take."""
WARM_MEMORY = 700 * 1024**2
"""Bytes at which a warm process is replaced."""


def work_folder() -> Path:
    """Where the compiler's processes have their folders."""
    return Path(settings.DATA_DIR) / "work"


def fresh_compiler() -> Compiler:
    """A process for one numbered build, limited in its time on the processor too."""
    return Compiler(work_folder(), seconds=2 * int(BUILD_SECONDS))


def warm_compiler() -> Compiler:
    """A process that is kept for one preview after another; each is limited in time by its parent."""
    return Compiler(work_folder())

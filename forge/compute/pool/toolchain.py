"""The compiler's processes, their limits, and the toolchain's digest."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from forge.compute.pool.compiler import Compiler
from forge.compute.pool.fork_server import COMPILERS
from forge.compute.pool.warm_compilers import WarmCompilers
from forge.compute.workdir import workdir
from forge.core.http.asgi.lifespan import server_stopping
from rune.toolchain import toolchain_digest

TOOLCHAIN = toolchain_digest()
"""Part of what names an artefact: another toolchain makes other bytes. Of the sources as they were at the start."""
BUILD_SECONDS = 300.0
"""The longest that a numbered build may take."""
PREVIEW_SECONDS = 60.0
"""The longest that a preview may take."""


def fetched_folder() -> Path:
    """Returns the folder in which this process keeps blobs that it fetched from another machine's store."""
    return workdir() / "fetched"


def fresh_compiler() -> Compiler:
    """A process for one numbered build, limited in its time on the processor too."""
    return Compiler(workdir(), seconds=2 * int(BUILD_SECONDS), required_protections=settings.REQUIRED_ISOLATION)


def warm_compiler() -> Compiler:
    """A process that is kept for one job after another of one organisation; each is limited in time by its parent."""
    return Compiler(workdir(), required_protections=settings.REQUIRED_ISOLATION)


def warm_compilers(limit: int) -> WarmCompilers:
    """Processes for jobs of any organisation, of which up to `kept` wait for the next one of theirs."""
    return WarmCompilers(warm_compiler, limit)


server_stopping.register(COMPILERS.close)

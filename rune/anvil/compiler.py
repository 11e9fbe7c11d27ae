"""C to a module, by the clang and the linker inside the zig toolchain, each run in a child process with limits.

The compiler sees one fresh folder that holds nothing but what `emit` wrote, and arguments that are fixed.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rune.anvil.emit import SUPPORT, Sources
from rune.anvil.errors import CompileError
from rune.targets import Target


@dataclass(frozen=True)
class Limits:
    """What one run of the compiler may use."""

    wall_seconds: float = 120.0
    processor_seconds: int = 120
    memory: int = 2 << 30
    """Bytes of address space."""
    file_size: int = 256 << 20
    """Bytes of any file that it writes."""
    open_files: int = 64


COMMON_FLAGS = (
    "-std=gnu2x",
    "-g0",
    "-ffreestanding",
    "-ffp-contract=off",
    "-fno-strict-aliasing",
    "-fno-ident",
    "-fvisibility=hidden",
    "-ffunction-sections",
    "-fdata-sections",
    "-nostdinc",
    "-Wno-c23-extensions",
)

# Sets limits that cannot be raised again, then becomes the compiler. Sizes are in KiB, except of files: 512 bytes.
_WITH_LIMITS = 'ulimit -t "$1" && ulimit -v "$2" && ulimit -f "$3" && ulimit -n "$4" && shift 4 && exec "$@"'


def compile(sources: Sources, target: Target, limits: Limits | None = None) -> bytes:  # noqa: A001 - the stage's name
    """The module. The same sources give the same bytes, in whatever folder. Raises `CompileError`."""
    limits = limits or Limits()
    zig = _zig()
    with tempfile.TemporaryDirectory(prefix="rune-") as name:
        folder = Path(name)
        for file, data in sources.files.items():
            (folder / file).write_bytes(data)
        flags = (*target.compile_flags, *COMMON_FLAGS, "-isystem", str(zig.parent / "lib" / "include"))

        def compile_unit(unit: str) -> None:
            speed = "-Os" if unit in SUPPORT else "-O3"
            _run([str(zig), "clang", *flags, speed, "-c", unit, "-o", f"{unit}.o"], folder, limits)

        with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 1)) as pool:
            list(pool.map(compile_unit, sources.units))
        objects = [f"{unit}.o" for unit in sources.units]
        _run([str(zig), target.linker, *target.link_flags, *objects, "-o", "module"], folder, limits)
        return (folder / "module").read_bytes()


def _zig() -> Path:
    """The toolchain's program, from its Python package. Raises `CompileError`."""
    package = find_spec("ziglang")
    if package is None or not package.submodule_search_locations:
        raise CompileError("The C compiler is missing: install the Python package ziglang")
    return Path(package.submodule_search_locations[0]) / "zig"


def _run(command: list[str], folder: Path, limits: Limits) -> None:
    """Runs a command in the folder until it ends well. Raises `CompileError`."""
    wanted = (
        (resource.RLIMIT_CPU, limits.processor_seconds, 1),
        (resource.RLIMIT_AS, limits.memory, 1024),
        (resource.RLIMIT_FSIZE, limits.file_size, 512),
        (resource.RLIMIT_NOFILE, limits.open_files, 1),
    )
    figures = [_allowed(kind, limit) // unit for kind, limit, unit in wanted]
    shell = shutil.which("sh", path="/bin:/usr/bin") or "/bin/sh"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C"}
    process = subprocess.Popen(
        [shell, "-c", _WITH_LIMITS, "sh", *map(str, figures), *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _, errors = process.communicate(timeout=limits.wall_seconds)
    except subprocess.TimeoutExpired:
        process.kill()  # the shell has become the compiler, which starts no other process
        process.communicate()
        raise CompileError(f"The compiler was stopped after {limits.wall_seconds:g} seconds") from None
    if process.returncode:
        details = errors.decode("utf-8", "replace").replace(str(folder), "").strip()
        raise CompileError(_reason(process.returncode, limits), details)


def _allowed(kind: int, limit: int) -> int:
    """The limit, or what this process itself is held to where that is less."""
    _, hard = resource.getrlimit(kind)
    return limit if hard == resource.RLIM_INFINITY else min(limit, hard)


def _reason(code: int, limits: Limits) -> str:
    if code in (-signal.SIGXCPU, 128 + signal.SIGXCPU, -signal.SIGKILL):
        return f"The compiler used more than {limits.processor_seconds} seconds of processor time"
    if code in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ):
        return f"The compiler wrote a file of more than {limits.file_size} bytes"
    return f"The compiler stopped with status {code}; it may have needed more than {limits.memory >> 20} MB of memory"

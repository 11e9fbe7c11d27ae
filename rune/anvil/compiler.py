"""C to a module, by the clang and the linker inside the zig toolchain, each run in a child process with limits.

The compiler sees one fresh folder that holds nothing but what an emitter wrote, and arguments that are fixed.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rune.anvil.errors import CompileError
from rune.anvil.objects import ObjectCache, object_key
from rune.anvil.sources import Sources, Unit
from rune.anvil.target import Toolchain


@dataclass(frozen=True)
class CompilerLimits:
    """What one run of the compiler may use."""

    wall_seconds: float = 600.0
    """By the clock, which goes on while the process waits for others."""
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
    "-fwrapv",
    "-fno-ident",
    "-fvisibility=hidden",
    "-ffunction-sections",
    "-fdata-sections",
    "-nostdinc",
    "-Icommon",
    "-Wno-c23-extensions",
)

# Sets limits that cannot be raised again, then becomes the compiler. Sizes are in KiB, except of files: 512 bytes.
_WITH_LIMITS = 'ulimit -t "$1" && ulimit -v "$2" && ulimit -f "$3" && ulimit -n "$4" && shift 4 && exec "$@"'


def compile_sources(sources: Sources, toolchain: Toolchain, limits: CompilerLimits | None = None) -> bytes:
    """The module. The same sources give the same bytes, in whatever folder. Raises `CompileError`."""
    limits = limits or CompilerLimits()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        objects = list(pool.map(lambda unit: _object(sources, unit, toolchain, limits), sources.units))
    names = [f"{number}.o" for number in range(len(objects))]
    with _folder_of(dict(zip(names, objects, strict=True))) as folder:
        _run([str(_zig()), toolchain.linker, *toolchain.link_flags, *names, "-o", "module"], folder, limits)
        return (folder / "module").read_bytes()


_OBJECTS = ObjectCache(limit=64 << 20)
"""Of all that this process compiles: an edit seldom changes more than one unit."""


def _object(sources: Sources, unit: Unit, toolchain: Toolchain, limits: CompilerLimits) -> bytes:
    """A unit, compiled; or what came of exactly the same files before."""
    zig = _zig()
    flags = (*toolchain.compile_flags, *COMMON_FLAGS, "-Os" if unit.for_size else toolchain.optimization)
    files = {name: sources.files[name] for name in sorted(unit.files)}
    key = object_key(flags, unit.name, files)
    found = _OBJECTS.get(key)
    if found is None:
        with _folder_of(files) as folder:
            headers = ("-isystem", str(zig.parent / "lib" / "include"))
            _run([str(zig), "clang", *flags, *headers, "-c", unit.name, "-o", "object"], folder, limits)
            found = (folder / "object").read_bytes()
        _OBJECTS.put(key, found)
    return found


@contextmanager
def _folder_of(files: Mapping[str, bytes]) -> Iterator[Path]:
    """A fresh folder that holds these files, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="rune-") as name:
        for file, data in files.items():
            path = Path(name) / file
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        yield Path(name)


def _zig() -> Path:
    """The toolchain's program, from its Python package. Raises `CompileError`."""
    package = find_spec("ziglang")
    if package is None or not package.submodule_search_locations:
        raise CompileError("The C compiler is missing: install the Python package ziglang")
    return Path(package.submodule_search_locations[0]) / "zig"


def _run(command: list[str], folder: Path, limits: CompilerLimits) -> None:
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
        raise CompileError(_reason(process.returncode, details, limits), details)


def _allowed(kind: int, limit: int) -> int:
    """The limit, or what this process itself is held to where that is less."""
    _, hard = resource.getrlimit(kind)
    return limit if hard == resource.RLIM_INFINITY else min(limit, hard)


def _reason(code: int, details: str, limits: CompilerLimits) -> str:
    if code in (-signal.SIGXCPU, 128 + signal.SIGXCPU, -signal.SIGKILL):
        return f"The compiler used more than {limits.processor_seconds} seconds of processor time"
    if code in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ):
        return f"The compiler wrote a file of more than {limits.file_size} bytes"
    if code == 1 and "error:" in details:
        return "The compiler refused the code that was generated"
    return f"The compiler stopped with status {code}; it may have needed more than {limits.memory >> 20} MiB of memory"

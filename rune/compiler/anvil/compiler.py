"""C to a module or a library, by the clang and the linker of the zig toolchain, each in a child process with limits.

The compiler sees one fresh folder that holds nothing but what an emitter wrote, and arguments that are fixed.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from rune.compiler.anvil.allowance import Allowance
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.objects import ObjectCache, object_key
from rune.compiler.anvil.sources import Sources, Unit
from rune.compiler.anvil.target import Toolchain

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


def compile_sources(sources: Sources, toolchain: Toolchain, allowance: Allowance | None = None) -> bytes:
    """The module or library. The same sources give the same bytes, in whatever folder. Raises `CompileError`."""
    allowance = allowance or Allowance()
    return link_objects(compile_objects(sources, toolchain, allowance), toolchain, allowance)


def compile_objects(sources: Sources, toolchain: Toolchain, allowance: Allowance) -> list[bytes]:
    """Each unit of the sources, compiled. Raises `CompileError`."""
    at_once = min(os.cpu_count() or 1, allowance.at_once, max(1, len(sources.units)))
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda unit: _object(sources, unit, toolchain, allowance, at_once), sources.units))


def link_objects(
    objects: Sequence[bytes],
    toolchain: Toolchain,
    allowance: Allowance,
    beside: Mapping[str, bytes] | None = None,
) -> bytes:
    """What the linker makes of objects. `beside` are files that its flags name. Raises `CompileError`."""
    names = [f"{number}.o" for number in range(len(objects))]
    with _folder_of({**(beside or {}), **dict(zip(names, objects, strict=True))}) as folder:
        _run([str(_zig()), toolchain.linker, *toolchain.link_flags, "module", *names], folder, allowance, 1)
        return (folder / "module").read_bytes()


def compiler_helpers(target: str, processor: str, allowance: Allowance) -> bytes:
    """What compiled code calls where a processor lacks an instruction, such as a division: compiler-rt as the toolchain
    has it, one object for a target and a processor as zig names them. It takes seconds. Raises `CompileError`."""
    zig = _zig()
    with _folder_of({}) as folder:
        made = ("-femit-bin=helpers.o", "--cache-dir", "cache", "--global-cache-dir", "cache")
        flags = ("-target", target, f"-mcpu={processor}", "-OReleaseSmall", "-ffunction-sections", "-fdata-sections")
        _run([str(zig), "build-obj", str(zig.parent / "lib" / "compiler_rt.zig"), *flags, *made], folder, allowance, 1)
        return (folder / "helpers.o").read_bytes()


_OBJECTS = ObjectCache(limit=64 << 20)
"""Of all that this process compiles: an edit seldom changes more than one unit."""


def _object(sources: Sources, unit: Unit, toolchain: Toolchain, allowance: Allowance, at_once: int) -> bytes:
    """A unit, compiled beside `at_once - 1` others; or what came of exactly the same files before."""
    zig = _zig()
    flags = (*COMMON_FLAGS, *toolchain.compile_flags, "-Os" if unit.for_size else toolchain.optimization)
    files = {name: sources.files[name] for name in sorted(unit.files)}
    key = object_key(flags, unit.name, files)
    found = _OBJECTS.get(key)
    if found is None:
        with _folder_of(files) as folder:
            headers = ("-isystem", str(zig.parent / "lib" / "include"))
            _run([str(zig), "clang", *flags, *headers, "-c", unit.name, "-o", "object"], folder, allowance, at_once)
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


def _run(command: list[str], folder: Path, allowance: Allowance, at_once: int) -> None:
    """Runs a command in the folder until it ends well, as one of so many. Raises `CompileError`."""
    limits, seconds = allowance.limits, allowance.wall_seconds()
    wanted = (
        (resource.RLIMIT_CPU, allowance.processor_seconds(at_once), 1),
        (resource.RLIMIT_AS, allowance.process_memory, 1024),
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
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()  # the shell has become the compiler, which starts no other process
        process.communicate()
        raise allowance.out_of_time() from None
    if process.returncode:
        details = errors.decode("utf-8", "replace").replace(str(folder), "").strip()
        raise CompileError(_reason(process.returncode, details, allowance), details)


def _allowed(kind: int, limit: int) -> int:
    """The limit, or what this process itself is held to where that is less."""
    _, hard = resource.getrlimit(kind)
    return limit if hard == resource.RLIM_INFINITY else min(limit, hard)


def _reason(code: int, details: str, allowance: Allowance) -> str:
    limits = allowance.limits
    if code in (-signal.SIGXCPU, 128 + signal.SIGXCPU, -signal.SIGKILL):
        return str(allowance.out_of_processor_time())
    if code in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ):
        return f"The compiler wrote a file of more than {limits.file_size} bytes"
    if code == 1 and "error:" in details:
        return "The compiler refused the code that was generated"
    memory = allowance.process_memory >> 20
    return f"The compiler stopped with status {code}; it may have needed more than {memory} MiB of memory"

"""Compiles C to a module or a library with clang and the linker of the zig toolchain, each in a child process with
limits.

The compiler runs in a fresh folder with only the files of its unit, and with fixed arguments.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from rune.compiler.anvil.compiling.allowance import Allowance
from rune.compiler.anvil.compiling.data_object import data_object
from rune.compiler.anvil.compiling.layouts import LinkedModule, layout_key, read_layout
from rune.compiler.anvil.compiling.object_folder import SHARING
from rune.compiler.anvil.compiling.objects import ObjectCache, object_key
from rune.compiler.anvil.compiling.unit_files import COMMON, unit_files
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.sources import Sources, Unit
from rune.compiler.anvil.target import Toolchain
from rune.wording import size_text

T = TypeVar("T")

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
    f"-I{COMMON}",
    "-Wno-c23-extensions",
)

# Sets limits that cannot be raised again, then becomes the compiler. Sizes are in KiB, except of files: 512 bytes.
_WITH_LIMITS = 'ulimit -t "$1" && ulimit -v "$2" && ulimit -f "$3" && ulimit -n "$4" && shift 4 && exec "$@"'


def compile_sources(sources: Sources, toolchain: Toolchain, allowance: Allowance | None = None) -> bytes:
    """Compiles sources to a module or library. The same sources give the same bytes in any folder. Raises
    `CompileError`."""
    return compile_modules([(sources, toolchain)], allowance or Allowance())[0]


def compile_modules(modules: Sequence[tuple[Sources, Toolchain]], allowance: Allowance) -> list[bytes]:
    """Compiles the sources of several modules, and links these, side by side. Raises `CompileError`."""
    objects = _objects_of(modules, allowance)
    numbers = range(len(modules))
    return _side_by_side(
        lambda number, at_once: _module(*modules[number], objects[number], allowance, at_once), numbers, allowance
    )


def _side_by_side(work: Callable[[T, int], bytes], items: Sequence[T], allowance: Allowance) -> list[bytes]:
    """The results of `work` for each item; its second argument is how many are worked on at once."""
    at_once = min(os.cpu_count() or 1, allowance.at_once, len(items))
    if at_once <= 1:
        return [work(item, 1) for item in items]
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda item: work(item, at_once), items))


def _module(
    sources: Sources, toolchain: Toolchain, objects: Sequence[bytes], allowance: Allowance, at_once: int
) -> bytes:
    if not toolchain.keeps_layouts:
        return _link(objects, toolchain, allowance, {}, (), at_once)[0]
    key = layout_key((toolchain.linker, *toolchain.link_flags), sources.units, objects)
    layout = _LAYOUTS.get(key)
    if layout is not None:
        return layout.with_data(sources.units)
    module, link_map = _link(objects, toolchain, allowance, {}, (f"--Map={_MAP}",), at_once)
    layout = read_layout(module, link_map, sources.units)
    if layout is not None:
        _LAYOUTS.put(key, layout)
    return module


def compile_objects(sources: Sources, toolchain: Toolchain, allowance: Allowance) -> list[bytes]:
    """Compiles each unit of the sources. Raises `CompileError`."""
    return _objects_of([(sources, toolchain)], allowance)[0]


def _objects_of(modules: Sequence[tuple[Sources, Toolchain]], allowance: Allowance) -> list[list[bytes]]:
    """The objects of each module. A unit that several modules share, or that was compiled before, is not compiled
    again."""
    unit_builds = [[_BuiltUnit(sources, unit, toolchain) for unit in sources.units] for sources, toolchain in modules]
    by_key = {each.key: each for units in unit_builds for each in units if each.unit.data is None}
    cached_objects = {key: _cached_object(key) for key in by_key}
    objects = {key: data for key, data in cached_objects.items() if data is not None}
    lacking = sorted((by_key[key] for key in by_key.keys() - objects.keys()), key=_BuiltUnit.order)
    new_objects = _side_by_side(lambda each, at_once: _compile_unit(each, allowance, at_once), lacking, allowance)
    objects |= dict(zip((each.key for each in lacking), new_objects, strict=True))
    return [
        [objects[each.key] if each.unit.data is None else data_object(each.unit.name, each.unit.data) for each in units]
        for units in unit_builds
    ]


def link_objects(
    objects: Sequence[bytes],
    toolchain: Toolchain,
    allowance: Allowance,
    beside: Mapping[str, bytes] | None = None,
) -> bytes:
    """Links objects. `beside` are files that the linker's flags name. Raises `CompileError`."""
    return _link(objects, toolchain, allowance, beside or {}, (), 1)[0]


def _link(
    objects: Sequence[bytes],
    toolchain: Toolchain,
    allowance: Allowance,
    beside: Mapping[str, bytes],
    flags: Sequence[str],
    at_once: int,
) -> tuple[bytes, str]:
    """The module, and the linker's map if `flags` has it written. `at_once - 1` others are linked meanwhile."""
    names = [f"{number}.o" for number in range(len(objects))]
    with _folder_of({**beside, **dict(zip(names, objects, strict=True))}) as folder:
        _run(
            [str(_zig()), toolchain.linker, *flags, *toolchain.link_flags, "module", *names], folder, allowance, at_once
        )
        link_map = folder / _MAP
        return (folder / "module").read_bytes(), link_map.read_text("utf-8") if flags else ""


def compiler_helpers(target: str, processor: str, allowance: Allowance) -> bytes:
    """Returns compiler-rt as one object, which compiled code calls for instructions that a processor lacks, such as a
    division. Target and processor are named as in zig. It takes seconds. Raises `CompileError`."""
    zig = _zig()
    with _folder_of({}) as folder:
        zig_flags = ("-femit-bin=helpers.o", "--cache-dir", "cache", "--global-cache-dir", "cache")
        flags = ("-target", target, f"-mcpu={processor}", "-OReleaseSmall", "-ffunction-sections", "-fdata-sections")
        _run(
            [str(zig), "build-obj", str(zig.parent / "lib" / "compiler_rt.zig"), *flags, *zig_flags],
            folder,
            allowance,
            1,
        )
        return (folder / "helpers.o").read_bytes()


_OBJECTS = ObjectCache[bytes](limit=64 << 20, size=len)
"""The cache of compiled units of this process: an edit seldom changes more than one unit."""
_LAYOUTS = ObjectCache[LinkedModule](limit=32 << 20, size=lambda layout: len(layout.module))
"""The layouts of modules of this process: an edit of a number or a label changes constants alone."""
_MAP = "map"


@dataclass(frozen=True)
class _BuiltUnit:
    """A unit with all that decides about its object."""

    sources: Sources
    unit: Unit
    toolchain: Toolchain

    @cached_property
    def key(self) -> str:
        return object_key(self.flags, self.unit.name, self.files)

    @cached_property
    def flags(self) -> tuple[str, ...]:
        kernels = self.toolchain.kernel_flags
        own = ("-Os",) if self.unit.for_size else (*kernels, self.toolchain.optimization)
        return (*COMMON_FLAGS, *self.toolchain.compile_flags, *own)

    @cached_property
    def files(self) -> dict[str, bytes]:
        return unit_files(self.unit.name, self.sources.files)

    def order(self) -> tuple[bool, int, str]:
        """Sorts those first that probably take longest, so that no processor waits for one at the end."""
        return not self.unit.for_size, -len(self.sources.files[self.unit.name]), self.unit.name


def _compile_unit(unit_build: _BuiltUnit, allowance: Allowance, at_once: int) -> bytes:
    """Compiles a unit while `at_once - 1` others are compiled."""
    zig = _zig()
    allowance.interruption.check()
    with _folder_of(unit_build.files) as folder:
        headers = ("-isystem", str(zig.parent / "lib" / "include"))
        command = [str(zig), "clang", *unit_build.flags, *headers, "-c", unit_build.unit.name, "-o", "object"]
        _run(command, folder, allowance, at_once)
        data = (folder / "object").read_bytes()
    _OBJECTS.put(unit_build.key, data)
    if SHARING.folder is not None:
        SHARING.folder.put(unit_build.key, data)
    return data


def _cached_object(key: str) -> bytes | None:
    """The object of a unit that this process, or another one that shares its units, compiled before; else None."""
    data = _OBJECTS.get(key)
    if data is not None or SHARING.folder is None:
        return data
    shared_data = SHARING.folder.get(key)
    if shared_data is not None:
        _OBJECTS.put(key, shared_data)
    return shared_data


@contextmanager
def _folder_of(files: Mapping[str, bytes]) -> Iterator[Path]:
    """Creates a temporary folder with these files."""
    with tempfile.TemporaryDirectory(prefix="rune-") as name:
        for file, data in files.items():
            path = Path(name) / file
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        yield Path(name)


def _zig() -> Path:
    """Returns the path of the toolchain's program. Raises `CompileError`."""
    package = find_spec("ziglang")
    if package is None or not package.submodule_search_locations:
        raise CompileError("The C compiler is missing: install the Python package ziglang")
    return Path(package.submodule_search_locations[0]) / "zig"


def _run(command: list[str], folder: Path, allowance: Allowance, at_once: int) -> None:
    """Runs a command in the folder and waits for it. Raises `CompileError` if it fails."""
    limits, seconds = allowance.limits, allowance.wall_seconds()
    limits_and_units = (
        (resource.RLIMIT_CPU, allowance.processor_seconds(at_once), 1),
        (resource.RLIMIT_AS, allowance.process_memory, 1024),
        (resource.RLIMIT_FSIZE, limits.file_size, 512),
        (resource.RLIMIT_NOFILE, limits.open_files, 1),
    )
    figures = [_effective_limit(kind, limit) // unit for kind, limit, unit in limits_and_units]
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
        with allowance.interruption.covering(process):
            _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()  # the shell has become the compiler, which starts no other process
        process.communicate()
        raise allowance.out_of_time() from None
    if process.returncode:
        allowance.interruption.check()
        details = errors.decode("utf-8", "replace").replace(str(folder), "").strip()
        raise CompileError(_reason(process.returncode, details, allowance), details)


def _effective_limit(kind: int, limit: int) -> int:
    """Returns the limit, or the limit of this process if that is lower."""
    _, hard = resource.getrlimit(kind)
    return limit if hard == resource.RLIM_INFINITY else min(limit, hard)


def _reason(code: int, details: str, allowance: Allowance) -> str:
    limits = allowance.limits
    if code in (-signal.SIGXCPU, 128 + signal.SIGXCPU, -signal.SIGKILL):
        return str(allowance.out_of_processor_time())
    if code in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ):
        return f"The compiler wrote a file of more than {size_text(limits.file_size)}"
    if code == 1 and "error:" in details:
        return "The compiler refused the code that was generated"
    memory = size_text(allowance.process_memory)
    return f"The compiler stopped with status {code}; it may have needed more than {memory} of memory"

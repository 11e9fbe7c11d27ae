"""Says which files of this machine the toolchain consists of: Python, its packages and those of the environment
`analysis`, the C compiler, the C library, and what counts a rune's instructions where that is installed."""

from __future__ import annotations

import os
import shutil
import site
import sys
import sysconfig
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from rune.environments.analysis import ANALYSIS
from rune.isolation.landlock import AllowedPaths

_SYSTEM_PREFIXES = frozenset({"/", "/usr", "/usr/local"})
"""The prefixes of a Python that came with the system: its own folders are named one by one."""
_LIBRARIES = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store")
_SINGLE_FILES = ("/etc/ld.so.cache", "/dev/urandom", "/dev/random", "/dev/zero", "/sys/devices/system/cpu")
_MACHINE = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/self")
_EMULATORS = ("qemu-system-arm", "qemu-system-riscv32")
_CROSS = ("arm-none-eabi-", "riscv64-unknown-elf-", "")
"""The prefix of the compilers' programs; empty for those of this machine's own."""
_COMPILER_PROGRAMS = ("gcc", "as", "ld", "size", "nm")
_COMPILER_FOLDERS = ("/usr/lib/gcc", "/usr/lib/arm-none-eabi", "/usr/lib/riscv64-unknown-elf")
_HEADERS = ("/usr/include",)
_DEVICES = ("/dev/null",)
_SHELL = "/bin/sh"


def toolchain_access(
    packages: Iterable[str], *, writable: Iterable[str] = (), own_processes: bool = False
) -> AllowedPaths:
    """The files of a toolchain process. `packages` are folders beside those that Python knows as its own, in
    `writable` anything may be done, and with `own_processes` what `/proc` shows is its own alone."""
    readable = [*_python_folders(), str(ANALYSIS.place), *packages, *_LIBRARIES, *_HEADERS, *_SINGLE_FILES]
    readable += ["/proc"] if own_processes else _MACHINE
    return AllowedPaths(
        readable=_existing(readable), runnable=_programs(), writable=_existing(writable), devices=_existing(_DEVICES)
    )


def package_folder(name: str) -> str:
    """Returns where the sources of a package of ours lie, without symbolic links."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(name)
    return os.path.realpath(spec.submodule_search_locations[0])


def _python_folders() -> list[str]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    paths = [sysconfig.get_paths()[name] for name in names] + site.getsitepackages()
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    return [*sorted(prefixes - _SYSTEM_PREFIXES), *paths]


def _programs() -> tuple[str, ...]:
    """Python itself, the compiler, the shell that limits it, what loads each of them, and what emulates."""
    paths = [sys.executable, os.path.realpath(sys.executable), _SHELL, *_loaders()]
    compiler = find_spec("ziglang")
    if compiler is not None and compiler.submodule_search_locations:
        paths.append(str(Path(compiler.submodule_search_locations[0]) / "zig"))
    return _existing([*paths, *_emulation()])


def _emulation() -> Iterable[str]:
    """Debian's emulators, and the compilers of what they run (`rune.devices.emulation`)."""
    names = [*_EMULATORS, *(f"{prefix}{name}" for prefix in _CROSS for name in _COMPILER_PROGRAMS)]
    yield from filter(None, map(shutil.which, names))
    yield from _COMPILER_FOLDERS


def _loaders() -> Iterable[str]:
    """The dynamic loader, which the kernel opens as a program. As the C library's package puts it, for each machine."""
    for folder in ("/lib64", "/lib", "/usr/lib"):
        yield from map(str, Path(folder).glob("ld-linux*.so.*"))
        yield from map(str, Path(folder).glob("ld-musl-*.so.1"))
    interpreter = shutil.which(sys.executable)
    if interpreter is not None:
        yield from _named_loader(interpreter)


def _named_loader(program: str) -> Iterable[str]:
    """Returns the loader in the program's own header, for systems that store it elsewhere."""
    with open(program, "rb") as file:
        head = file.read(4096)
    start = head.find(b"/ld-")
    if start >= 0:
        start = head.rfind(b"\0", 0, start) + 1
        yield os.fsdecode(head[start : head.find(b"\0", start)])


def _existing(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path in paths if os.path.exists(path)))

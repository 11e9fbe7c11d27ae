"""The toolchain's digest: it covers all sources that decide the bytes of a build, independent of the version.

The version's number stays the same while the compiler changes. This digest does not.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PARTS = (
    "__init__.py",
    "abi.py",
    "aim.py",
    "arithmetic.py",
    "blocks",
    "c_library",
    "capabilities",
    "compiler/anvil",
    "compiler/building",
    "compiler/kernels",
    "compiler/targets",
    "csv_text.py",
    "devices/boards",
    "devices/firmware",
    "devices/packages",
    "digests.py",
    "environments",
    "gc_paused.py",
    "isolation",
    "lazy_modules.py",
    "model/profile.py",
    "model/tflite",
    "oci.py",
    "port.py",
    "project/archive.py",
    "project/files.py",
    "project/folders.py",
    "project/open_no_follow.py",
    "project/runefile.py",
    "pyblock",
    "running/container",
    "running/runtime",
    "source/runefile",
    "tensor.py",
    "toolchain.py",
    "unreadable.py",
    "user_cache.py",
    "watch",
    "wav_file.py",
    "wording.py",
    "wordlist.py",
)
"""The hashed files of the package `rune`: all that a build or a package imports, and the C that they compile. A package
has golden runs of the rune, so that what runs it counts too. Nothing of how a rune is verified or shown: that may
change without other bytes."""

_SOURCES = (".py", ".c", ".cpp", ".h", ".ino", ".ld", ".toml")
_COMPILER = "ziglang"


def source_digest(package: Path, compiler: str) -> str:
    """The digest of the toolchain whose package `rune` is this folder, with a compiler of this name and version.

    The same sources have the same digest in a checkout and as installed from a wheel. Raises `FileNotFoundError` for a
    part that is not there.
    """
    digest = hashlib.sha256()
    for part in (compiler, *_pieces(package)):
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return "sha256:" + digest.hexdigest()


def _pieces(package: Path) -> Iterator[str | bytes]:
    """Each source's path in the package, with `/` between folders, and its bytes, in one order on every machine."""
    root = f"{package}/"
    for part in PARTS:
        sources = sorted(_sources(root + part))
        if not sources:
            raise FileNotFoundError(f"the toolchain has no {part}")
        for source in sources:
            yield source.removeprefix(root)
            with open(source, "rb", buffering=0) as file:  # noqa: PTH123 (a path takes longer)
                yield file.read()


def _sources(part: str) -> Iterator[str]:
    """The files of a part. They are strings: to make a thousand paths takes longer than to read the files."""
    if part.endswith(_SOURCES):
        yield part
    for folder, _, names in os.walk(part):
        yield from (f"{folder}/{name}" for name in names if name.endswith(_SOURCES))


@cache
def toolchain_digest() -> str:
    """The digest of the toolchain that runs, read once a process.

    Who builds asks for it when the process starts: sources that are replaced later are not what is loaded.
    """
    return source_digest(Path(__file__).resolve().parent, _compiler())


def _compiler() -> str:
    try:
        return f"{_COMPILER} {version(_COMPILER)}"
    except PackageNotFoundError:
        return f"no {_COMPILER}"

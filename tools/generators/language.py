"""Packs the language for the browser: Pyodide's own files and the part of the toolchain that an editor asks.

Run by tools.setup with the environment's Python. What is there for the same sources is not made again.

    .venv/bin/python -m tools.generators.language
"""

from __future__ import annotations

import ast
import hashlib
import json
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from rune.blocks.catalogue import CATALOGUE
from tools.setup import FRONTEND, LANGUAGE, ROOT

PYODIDE = FRONTEND / "node_modules" / "pyodide"
PYODIDE_FILES = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "pyodide-lock.json")
STANDARD_LIBRARY = "python_stdlib.zip"
"""The standard library of Pyodide, as sources, with Pyodide's own modules."""
PYODIDE_PYTHON = (3, 11)
"""The Python inside the Pyodide that frontend/package.json pins: only that one's bytecode can be packed."""
ENTRY_MODULES = ("rune.editing.language.service", "rune.blocks.catalogue", "rune.pyblock.live")
"""The modules that the page's worker imports; these and their imports are packed."""
PACKAGES = ("rune", "yaml")


def main() -> int:
    files, sources = dict(packed_files()), block_sources()
    version = digest_of(files | sources)
    manifest = LANGUAGE / "manifest.json"
    if manifest.exists() and json.loads(manifest.read_text("utf-8"))["folder"] == version:
        return 0
    print("Packing the language for the browser", flush=True)
    shutil.rmtree(LANGUAGE, ignore_errors=True)
    folder = LANGUAGE / version
    folder.mkdir(parents=True)
    for name in PYODIDE_FILES:
        shutil.copyfile(PYODIDE / name, folder / name)
    with tempfile.TemporaryDirectory() as stage:
        pack(files, Path(stage) / "language", folder / "language.zip")
        pack(dict(library_files(Path(stage) / "sources")), Path(stage) / "library", folder / STANDARD_LIBRARY)
    with zipfile.ZipFile(folder / "language.zip", "a", zipfile.ZIP_DEFLATED) as archive:
        for name, place in sources.items():
            archive.write(place, name)
    subprocess.run([sys.executable, "-m", "whitenoise.compress", "--quiet", str(folder)], check=True)
    # Last: who finds it finds all of the rest.
    manifest.write_text(json.dumps({"folder": version}), encoding="utf-8")
    return 0


def packed_files() -> Iterator[tuple[str, Path]]:
    """Returns the files of the language, by path in the archive: imported modules, and the blocks' documentation."""
    for entry in ENTRY_MODULES:
        import_module(entry)
    tuple(CATALOGUE.values())  # imports the blocks
    _import_late_modules()
    for package, place in _imported_sources().values():
        inside = place.parts[len(place.parts) - 1 - place.parts[::-1].index(package) :]
        yield "/".join(inside), place
    for page in sorted((ROOT / "rune" / "blocks").glob("*/README.md")):
        yield page.relative_to(ROOT).as_posix(), page


def _imported_sources() -> dict[str, tuple[str, Path]]:
    """Returns the package and the source file of each imported module of the packages, by its name."""
    files = {name: getattr(module, "__file__", None) for name, module in sorted(sys.modules.items())}
    return {
        name: (name.split(".")[0], Path(file))
        for name, file in files.items()
        if name.split(".")[0] in PACKAGES and file is not None and file.endswith(".py")
    }


def _import_late_modules() -> None:
    """Imports the modules that functions of imported modules import when they are called, and what those import."""
    read_names: set[str] = set()
    while unread_sources := {name: place for name, (_, place) in _imported_sources().items() if name not in read_names}:
        read_names |= unread_sources.keys()
        for place in unread_sources.values():
            for module in _late_imports(place):
                import_module(module)


def _late_imports(source: Path) -> Iterator[str]:
    """Yields the modules of `rune` that functions of a source file import."""
    for function in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith("rune."):
                    yield node.module


def library_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Unpacks Python's library for the browser into `folder`. Returns its files, by path in the archive."""
    with zipfile.ZipFile(PYODIDE / STANDARD_LIBRARY) as archive:
        archive.extractall(folder)
        yield from ((name, folder / name) for name in archive.namelist() if not name.endswith("/"))


def block_sources() -> dict[str, Path]:
    """The blocks of the catalogue that are written in Python, which are read as texts: a copy of one is a file of a
    project."""
    sources = [each.source for each in CATALOGUE.values() if each.source is not None]
    return {each.relative_to(ROOT).as_posix(): each for each in sorted(sources)}


def digest_of(files: dict[str, Path]) -> str:
    """Returns the digest that names the folder: other bytes get another one, so that browsers may cache it for ever."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for name, place in [*sorted(files.items()), ("package.json", PYODIDE / "package.json"), ("", Path(__file__))]:
        digest.update(f"{name}\0".encode() + hashlib.sha256(place.read_bytes()).digest())
    return digest.hexdigest()[:16]


def pack(files: dict[str, Path], stage: Path, target: Path) -> None:
    """Writes the archive, with bytecode where this Python is Pyodide's. A page compiles sources anew each time: with
    those of Python's library it is ready in 4.5 s of a processor, with bytecode in 2.5.

    Bytecode is compiled into the folder `stage`, and holds for its source without a comparison: the page has no source.
    """
    stage.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, place in sorted(files.items()):
            if name.endswith(".py") and sys.version_info[:2] == PYODIDE_PYTHON:
                code = stage / name.replace("/", ".")
                mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
                py_compile.compile(str(place), str(code), name, doraise=True, invalidation_mode=mode)
                archive.write(code, f"{name}c")
            else:
                archive.write(place, name)


if __name__ == "__main__":
    sys.exit(main())

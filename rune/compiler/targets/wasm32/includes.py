"""The files that the text of a program may include."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rune.blocks.signature import Header
from rune.compiler.anvil.c.text import HEADER_NAME, checked
from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.program import Program, calls

_SUPPORT_FOLDER = Path(__file__).parent / "support"


@dataclass(frozen=True)
class IncludedFiles:
    """`shared_files` are the kernels and what is compiled beside every program, `blocks` the headers of the program's
    blocks, each by name; `names` has the name of each header."""

    shared_files: Mapping[str, bytes]
    blocks: Mapping[str, bytes]
    names: Mapping[Header, str]


def included_files(kernels: KernelSet, program: Program) -> IncludedFiles:
    """Returns the files for a program with these kernels."""
    headers = kernels.headers()
    names: dict[Header, str] = {path: name for name, path in headers.items()}
    blocks: dict[str, bytes] = {}
    for header in (call.header for step in program.steps for call in calls(step)):
        if header not in names:
            name = names[header] = f"blocks/{checked(header.name, HEADER_NAME)}"
            blocks[name] = header.read_bytes()
    shared_files = {**{name: _content(path) for name, path in headers.items()}, **_support()}
    return IncludedFiles(shared_files, blocks, names)


@cache
def _content(path: Path) -> bytes:
    """Returns the content of a file of the toolchain, which does not change while this process runs."""
    return path.read_bytes()


@cache
def _support() -> Mapping[str, bytes]:
    """Returns the sources that are compiled with every program."""
    folder = _SUPPORT_FOLDER
    return {f"support/{path.name}": path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}

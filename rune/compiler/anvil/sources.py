"""The output of an emitter: files, and the units that are compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit of compilation: the file `name`, which can include others. With `data` it is a constant array of
    WebAssembly called `name`, which needs no compiler and no file."""

    name: str
    for_size: bool = False
    data: bytes | None = None


@dataclass(frozen=True)
class Sources:
    """Files by name, with `/` between folders. If there are no units, nothing is compiled: the files themselves are
    shipped."""

    files: Mapping[str, bytes]
    units: tuple[Unit, ...] = ()

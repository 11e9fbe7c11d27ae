"""What an emitter writes: files, and which of them are compiled together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """What is compiled together: the file `name`, which may include the others of `files`."""

    name: str
    files: frozenset[str]
    for_size: bool = False


@dataclass(frozen=True)
class Sources:
    """Files by name, with `/` between folders. Without units nothing is compiled: the files are what is shipped."""

    files: Mapping[str, bytes]
    units: tuple[Unit, ...] = ()

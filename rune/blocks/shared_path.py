"""The name in a Runefile of a block that another project published: `acme/sounds#smooth@1.2`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_BLOCK = r"[A-Za-z_][A-Za-z0-9_]*"
_VERSION = r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){0,2}"
_BASE = re.compile(rf"(?P<organisation>{_NAME})/(?P<project>{_NAME})#(?P<name>{_BLOCK})")
_PATH = re.compile(rf"(?P<base>[^@]+)@(?P<version>{_VERSION})")
_IN_TEXT = re.compile(rf"(?<![\w/.#@-]){_NAME}/{_NAME}#{_BLOCK}@{_VERSION}(?![\w.@#-])")


@dataclass(frozen=True, order=True)
class SharedName:
    """A block of a project, whatever its version."""

    organisation: str
    project: str
    name: str

    def __str__(self) -> str:
        return f"{self.organisation}/{self.project}#{self.name}"


@dataclass(frozen=True)
class SharedPath:
    """A version of a block of a project. A version means the same bytes for ever."""

    block: SharedName
    version: str

    @property
    def file(self) -> str:
        """The file's name in messages of a run."""
        return f"{self.block.organisation}/{self.block.project}@{self.version}/{self.block.name}.py"

    def __str__(self) -> str:
        return f"{self.block}@{self.version}"


def parse_shared_name(text: str) -> SharedName | None:
    """The block that `acme/sounds#smooth` names; None for any other text."""
    match = _BASE.fullmatch(text)
    return SharedName(match["organisation"], match["project"], match["name"]) if match else None


def parse_shared_path(text: str) -> SharedPath | None:
    """Parses a path such as `acme/sounds#smooth@1.2`; None for any other text."""
    match = _PATH.fullmatch(text)
    block = parse_shared_name(match["base"]) if match else None
    return None if match is None or block is None else SharedPath(block, match["version"])


def shared_paths_in(text: str) -> tuple[SharedPath, ...]:
    """All that a Runefile or a lock names, each once, in its order; comments are read as well."""
    paths = (parse_shared_path(match[0]) for match in _IN_TEXT.finditer(text))
    return tuple(dict.fromkeys(path for path in paths if path is not None))


def is_block_name(text: str) -> bool:
    """Returns whether a block can be called so."""
    return re.fullmatch(_BLOCK, text) is not None


def is_block_version(text: str) -> bool:
    """Returns whether a block can have this version: one to three numbers."""
    return re.fullmatch(_VERSION, text) is not None


def version_key(version: str) -> tuple[int, int, int]:
    """Returns the key by which versions are ordered: `1.10` comes after `1.9`, and `1.2` is as new as `1.2.0`."""
    first, second, third, *_ = [*map(int, version.split(".")), 0, 0, 0]
    return first, second, third


def next_version(version: str) -> str:
    """The version that comes after another unless somebody says otherwise: its last number counts on."""
    *front, last = version.split(".")
    return ".".join([*front, str(int(last) + 1)])

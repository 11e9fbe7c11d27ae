"""Landlock: from here on this process and its children open only what is named, whatever user they run as."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rune.isolation.linux import system_call

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
"""The same numbers on every machine."""
_VERSION: Final = 1
_PATH_BENEATH: Final = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_ALL_OF_FILES: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All rights to files that a version of Landlock knows, from that version on."""
_FOR_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14 | 1 << 15
"""Rights that a rule for a single file may have."""
_TCP_FROM, _TCP = 4, 0b11
_SCOPES_FROM, _SCOPES = 6, 0b11


@dataclass(frozen=True)
class AllowedPaths:
    """The accessible paths: to read with everything below, to run too, and to do anything below. A device that is
    named in `devices` can be read and written."""

    readable: tuple[str, ...] = ()
    runnable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()

    def rights(self) -> Mapping[str, int]:
        """The rights to each path, before those that the kernel does not know are taken off."""
        everything = _ALL_OF_FILES[5] & ~_EXECUTE
        result: dict[str, int] = {}
        groups = (
            (self.readable, _READ_FILE | _READ_DIR),
            (self.runnable, _READ_FILE | _READ_DIR | _EXECUTE),
            (self.writable, everything),
            (self.devices, _READ_FILE | _WRITE_FILE),
        )
        for paths, rights in groups:
            for path in paths:
                result[path] = result.get(path, 0) | rights
        return result


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The version of Landlock's interface that the kernel has. Raises `OSError` where there is none."""
    return system_call(_CREATE, 0, 0, _VERSION)


def has_network(version: int) -> bool:
    """Returns whether TCP connections can be forbidden."""
    return version >= _TCP_FROM


def has_scopes(version: int) -> bool:
    """Returns whether signals and abstract sockets can be kept inside."""
    return version >= _SCOPES_FROM


def restrict(access: AllowedPaths) -> int:
    """Restricts this thread and all that it starts; answers the version. Paths that are not there are passed over.

    Everything that a kernel knows is forbidden: files but those of `access`, TCP, abstract sockets of and signals to
    processes outside. What is open stays open. `no_new_privs` must be set before. Raises `OSError`.
    """
    kernel_version = version()
    files = _ALL_OF_FILES[max(one for one in _ALL_OF_FILES if one <= kernel_version)]
    ruleset = _Ruleset(files, _TCP if has_network(kernel_version) else 0, _SCOPES if has_scopes(kernel_version) else 0)
    # A kernel refuses fields that it does not know, even where they are zero-sized fields of a newer header.
    size = 24 if has_scopes(kernel_version) else 16 if has_network(kernel_version) else 8
    descriptor = system_call(_CREATE, ctypes.byref(ruleset), size, 0)
    try:
        _allow(descriptor, access.rights().items(), files)
        system_call(_RESTRICT, descriptor, 0)
    finally:
        os.close(descriptor)
    return kernel_version


def _allow(ruleset: int, rights: Iterable[tuple[str, int]], kernel_rights: int) -> None:
    for path, access in rights:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            is_folder = os.path.isdir(place)
            rule = _PathBeneath(access & kernel_rights if is_folder else access & kernel_rights & _FOR_FILES, place)
            system_call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(place)

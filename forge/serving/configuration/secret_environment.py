"""Keeps this process's secrets out of reach of others of its user: nothing here knows Django.

The system shows the environment that a process was started with to its whole user, also what the process has long
removed from it; and who may debug a process may read its memory. Both end here.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import MutableMapping
from pathlib import Path

from rune.isolation.linux import PR_SET_DUMPABLE, is_linux, prctl

_SECRET_PARTS = frozenset({"KEY", "SECRET", "PASSWORD", "PASSPHRASE", "TOKEN", "CREDENTIALS", "HEADERS"})
_ENV_START, _ENV_END = 47, 48
"""Fields of `/proc/self/stat` after the program's name: where the first environment lies in memory."""


def hide_secrets(environment: MutableMapping[str, str]) -> dict[str, str]:
    """Takes the secrets out of the environment of this process, and makes its memory its own; answers all variables as
    they were."""
    variables = dict(environment)
    secrets = [name for name, value in variables.items() if is_secret(name, value)]
    for name in secrets:
        del environment[name]
    if is_linux():
        _overwrite(secrets)
        prctl(PR_SET_DUMPABLE, 0)
    return variables


def is_secret(name: str, value: str) -> bool:
    """Returns whether a variable's name says that it is secret, or its value is an address with a password."""
    if not _SECRET_PARTS.isdisjoint(name.upper().split("_")):
        return True
    _, separator, rest = value.partition("://")
    user, at, _ = rest.partition("/")[0].rpartition("@")
    return bool(separator and at and ":" in user)


def _overwrite(names: list[str]) -> None:
    """Overwrites the values in the memory that the system shows as this process's environment."""
    fields = Path("/proc/self/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    start, end = int(fields[_ENV_START]), int(fields[_ENV_END])
    block = ctypes.string_at(start, end - start)
    secret_names = {os.fsencode(name) for name in names}
    at = 0
    for entry in block.split(b"\0"):
        name, _, value = entry.partition(b"=")
        if name in secret_names:
            ctypes.memset(start + at + len(name) + 1, 0, len(value))
        at += len(entry) + 1

"""Watches a process that reads hostile files: whatever it opens for writing outside its folder, connects to, or starts
ends it with a message, as code in a file would."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

FORBIDDEN = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.getaddrinfo",
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.fork",
        "os.posix_spawn",
        "os.spawn",
        "pickle.find_class",
        "ctypes.dlopen",
    }
)
"""Audit events of Python that reading a file as data has none of."""
STATUS = 99
"""The status of a process that did something of that kind."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch(folder: Path) -> None:
    """Ends this process as soon as it does more than read files and write below a folder. Call it after all imports."""
    own = f"{folder.resolve()}{os.sep}"

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in FORBIDDEN or (event == "open" and _writes_outside(arguments, own)):
            os.write(2, f"canary: {event} {arguments!r}\n".encode())
            os._exit(STATUS)

    sys.addaudithook(audit)


def _writes_outside(arguments: tuple[Any, ...], own: str) -> bool:
    path, mode, flags = arguments
    is_writing = bool((flags or 0) & _WRITES) or any(letter in (mode or "") for letter in "wax+")
    if not is_writing or not isinstance(path, str | bytes | os.PathLike):
        return False
    return not f"{os.path.realpath(os.fsdecode(path))}".startswith(own)

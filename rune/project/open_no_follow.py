"""Opening a file below a folder without following links; a file that was replaced by a link is refused."""

from __future__ import annotations

import os
from pathlib import Path

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
_CAN_WALK = os.open in os.supports_dir_fd and _NOFOLLOW != 0
_READING = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
"""Opening a pipe without a writer must not block."""


def open_beneath(folder: Path, path: Path) -> int:
    """A descriptor of `path`, which lies below `folder`; both are resolved, and nothing on the way may be a link.

    Each part is opened inside of the one before it, so that it cannot lead elsewhere, whatever is renamed meanwhile.
    Where the system cannot do that (Windows), the path is opened as it is. Raises `OSError`, with `ELOOP` or `ENOTDIR`
    for a link.
    """
    if not _CAN_WALK:
        return os.open(path, _READING | _NONBLOCK)
    parts = path.relative_to(folder).parts
    at = os.open(folder, _READING | _DIRECTORY)
    try:
        for part in parts[:-1]:
            inner = os.open(part, _READING | _DIRECTORY | _NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        return os.open(parts[-1] if parts else ".", _READING | _NOFOLLOW | _NONBLOCK, dir_fd=at)
    finally:
        os.close(at)

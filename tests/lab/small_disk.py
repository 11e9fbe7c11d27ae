"""A command that runs with a file system of a few kilobytes, which no other process sees."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path


def with_small_disk(folder: Path, kilobytes: int, command: Sequence[str]) -> list[str]:
    """The command in a mount namespace in which `folder` is on a file system of that size."""
    mount = f"size={kilobytes}k"
    script = 'mount -t tmpfs -o "$1" none "$2" && shift 2 && exec "$@"'
    return ["unshare", "-Urm", "sh", "-c", script, "sh", mount, str(folder), *command]


@cache
def is_mounted() -> bool:
    """Returns whether this machine lets a process mount a file system of its own."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(with_small_disk(Path("/tmp"), 64, ["true"]), capture_output=True, check=False).returncode == 0

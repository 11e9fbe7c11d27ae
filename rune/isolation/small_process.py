"""A process that reads one kind of foreign bytes with libraries that can crash: its environment and its limits.

It is a child of the host in the host's process group, and talks over its standard input and output.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from rune.environments.environment import FOLDER_VARIABLE
from rune.isolation.confine import confine
from rune.isolation.resource_limits import set_limits
from rune.isolation.toolchain_files import package_folder, toolchain_access

_PACKAGE_ROOT = Path(__file__).parents[2]
_PASSED_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV", "LD_LIBRARY_PATH", FOLDER_VARIABLE)
_OPEN_FILES = 64
_LARGEST_FILE = 1 << 20
"""Bytes of a file that may be written: none is."""


def start_module(
    module: str, python: str | Path = sys.executable
) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
    """Starts a module of ours. Returns the process, and the ends of its pipes: questions to it, answers from it.

    It stays in the host's process group: who ends the group ends it as well. Raises `OSError`.
    """
    process = subprocess.Popen(
        [str(python), "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )
    if process.stdin is None or process.stdout is None:
        raise OSError("the process has no pipes")
    return process, process.stdin, process.stdout


def end_process(process: subprocess.Popen[bytes], *streams: IO[bytes]) -> None:
    """Kills the process, waits for its end, and closes the pipes."""
    process.kill()
    process.wait()
    for stream in streams:
        # The rest of the message has no reader any more.
        with suppress(OSError):
            stream.close()


def take_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Returns the questions and the answers of this process. What libraries print goes to the standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def limit(memory: int) -> None:
    """Limits this process where the system can: bytes of data, files, and no core dump."""
    try:
        import resource
    except ImportError:
        return
    set_limits(
        {
            resource.RLIMIT_DATA: memory,
            resource.RLIMIT_FSIZE: _LARGEST_FILE,
            resource.RLIMIT_NOFILE: _OPEN_FILES,
            resource.RLIMIT_CORE: 0,
        }
    )


def confine_to_toolchain() -> None:
    """Leaves this process the files of the toolchain, and no network or programs. Where the system has no means for
    it, the limits alone hold."""
    libraries = [path for path in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if path]
    confine(toolchain_access([package_folder("rune"), *libraries]), starts_programs=False)


def _environment() -> dict[str, str]:
    """No variable of the host but those that a program needs to start."""
    variables = {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}
    return variables | {"PYTHONPATH": str(_PACKAGE_ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

"""Starts processes that compute, from the outside: by a process that imported their module once and forks for each.

What it costs to import the compiler is paid once by a server, not by each build. The forked processes share the pages
of what was imported, and nothing of a job: the process that forks never sees one.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import forge
import rune
from forge.compute.errors import ChildDied
from forge.compute.workdir import passable, workdir
from rune.environments.analysis import ANALYSIS
from rune.environments.environment import FOLDER_VARIABLE, environments_folder
from rune.isolation.fork_server import LARGEST_MESSAGE

_PACKAGES = "packages"
_ANSWER_SECONDS = 60.0
"""Seconds until it must have answered; the first answer comes when the program is imported."""
_TICK = 0.005
"""Seconds between two looks whether a process that was killed has ended."""
_ENDED_MESSAGE = "The process that starts the compiler's processes has ended."


@dataclass(frozen=True)
class Ending:
    """The ending of a process: a status, or a signal."""

    exit: int | None = None
    signal: int | None = None

    def __str__(self) -> str:
        if self.signal is not None:
            return f"was ended by {signal.Signals(self.signal).name}"
        return f"ended with code {self.exit}"


class ForkServer:
    """Starts processes that run `program`, a module with `main(sandbox, arguments)`. Safe from any thread.

    Its own process starts with the first of them, and again if it died. `packages` are the folders in which the
    programs find their modules.
    """

    def __init__(self, program: str, packages: Sequence[Path] = ()) -> None:
        self._program = program
        self._packages = packages or tuple(Path(next(iter(package.__path__))).resolve() for package in (rune, forge))
        self._lock = threading.Lock()
        self._connection: _Connection | None = None

    def start(self, start: Mapping[str, Any], descriptors: Sequence[int]) -> ForkedProcess:
        """Starts a process; `rune.isolation.fork_server` describes the message. Raises `ChildDied`."""
        connection = self._live_connection()
        return ForkedProcess(connection, connection.ask({"start": dict(start)}, descriptors)["pid"])

    def prepare(self) -> None:
        """Starts its own process. It imports the program meanwhile; the first `start` waits for that."""
        self._live_connection()

    def command(self) -> list[str]:
        """The command of its own process."""
        return [sys.executable, "-P", "-m", "rune.isolation.fork_server", self._program]

    def close(self) -> None:
        """Ends its own process; a later start begins another. Those that it started end as well."""
        with self._lock:
            self._close()

    def _live_connection(self) -> _Connection:
        with self._lock:
            if self._connection is None or not self._connection.is_alive:
                self._close()
                self._connection = _Connection(self.command(), self._packages)
            return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class _Connection:
    """The process that forks, with the socket to it and the folder of its packages."""

    def __init__(self, command: Sequence[str], packages: Sequence[Path]) -> None:
        self._folder = passable(Path(tempfile.mkdtemp(prefix="fork-server-", dir=workdir())))
        self._owner = os.getpid()
        self._request_lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_ANSWER_SECONDS)
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=self._folder,
                env=_environment(_links(self._folder / _PACKAGES, packages)),
                start_new_session=True,
            )
        atexit.register(self.close)

    @property
    def is_alive(self) -> bool:
        """False too in a process that this one's owner forked: it must not read the answers of another."""
        return self._owner == os.getpid() and self._process.poll() is None

    def ask(self, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        """Returns its answer. Raises `ChildDied` where it has ended, or the system refuses what is asked of it."""
        try:
            with self._request_lock:
                socket.send_fds(self._socket, [json.dumps(message).encode()], list(descriptors))
                data = self._socket.recv(LARGEST_MESSAGE)
        except OSError as error:
            # An answer that comes later would be taken for that to the next message.
            self._process.kill()
            raise ChildDied(_ENDED_MESSAGE) from error
        if not data:
            raise ChildDied(_ENDED_MESSAGE)
        answer: dict[str, Any] = json.loads(data)
        if "error" in answer:
            raise ChildDied(f"A process could not be started: {answer['error']}.")
        return answer

    def close(self) -> None:
        atexit.unregister(self.close)
        self._socket.close()
        if self._owner == os.getpid():
            # It may be importing, and would see only then that its input has ended.
            self._process.kill()
            self._process.wait()
            shutil.rmtree(self._folder, ignore_errors=True)


class ForkedProcess:
    """A process that was forked: the keeper of what computes. Its id is its own until `release`.

    When the process that forked it has died, its id may be another's: it is not signalled then. It ends when its
    standard input is closed.
    """

    def __init__(self, connection: _Connection, pid: int) -> None:
        self.pid = pid
        self._connection = connection

    @property
    def ending(self) -> Ending | None:
        """The ending of the process, or None while it runs.

        It counts as killed when the process that forked it has died.
        """
        try:
            ending = self._connection.ask({"ending": self.pid})["ending"]
        except ChildDied:
            return Ending(signal=signal.SIGKILL)
        return None if ending is None else Ending(**ending)

    def signal_group(self, number: signal.Signals) -> bool:
        """Sends a signal to it and to all that it started; returns whether it was sent."""
        if not self._connection.is_alive:
            return False
        # The group has the process's own id. Nothing that it starts can leave the group: the calls are refused.
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def release(self) -> None:
        """Waits for its end, and gives its id back."""
        while self.ending is None:
            time.sleep(_TICK)
        with contextlib.suppress(ChildDied):
            self._connection.ask({"release": self.pid})


def _environment(packages: Path) -> dict[str, str]:
    """Returns the environment that a compiler needs: no key, no address and no proxy of the server reaches it."""
    inherited_variables = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    # A process of one thread can be confined and forked; the C compiler has processes of its own for its threads.
    own = {
        "PYTHONPATH": str(packages),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        FOLDER_VARIABLE: str(environments_folder()),
    }
    # A process that is confined before the environment is prepared sees it once it is there.
    with contextlib.suppress(OSError):
        ANALYSIS.place.mkdir(parents=True, exist_ok=True)
    return inherited_variables | own


def _links(folder: Path, packages: Sequence[Path]) -> Path:
    """Makes a folder that holds these packages and nothing else: a checkout's own holds the data as well."""
    folder.mkdir()
    # For a process that is another user.
    folder.chmod(0o755)
    for package in packages:
        (folder / package.name).symlink_to(package)
    return folder


COMPILERS = ForkServer("forge.compute.child.main")
"""The fork server of the compiler's processes of this server or worker."""

"""The program as a person runs it: `manage.py serve` in a process of its own, on a free port, with its own data."""

from __future__ import annotations

import itertools
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from tests.support.servers.empty_database import empty_database
from tests.support.servers.progress import ProgressWatch

REPOSITORY = Path(__file__).resolve().parent.parent.parent.parent
FIRST_PORT, PORTS = 12_000, 18_000
"""Ports that no system hands to a connection of its own: Linux hands out those from 32768, others from 49152."""
_offsets = itertools.count(os.getpid() * 7919)


def free_port() -> int:
    """A port that no program listens on, at any address; two calls of one process answer two ports."""
    for offset in _offsets:
        port = FIRST_PORT + offset % PORTS
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError:
                continue
            return port
    raise AssertionError("the count does not end")


class LiveForge:
    """A running program; it can be stopped, killed and started again on the same data and port."""

    program = "manage.py"
    """The program that is started with the word `serve`."""
    descriptors: int | None = None
    """The most files and connections that it may have open, where a test lowers that."""

    def __init__(self, data: Path, environment: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        parent = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        # The templates are built and published in the one test that is about it.
        signing = {"SIGNING_SECRET_FILE": str(data.parent / "signing-secret")}
        own = signing | {"DATA_DIR": str(data), "PORT": str(self.port), "PUBLISH_TEMPLATES": "0"}
        self.environment = {**parent, **own, **(environment or {})}
        self._process: subprocess.Popen[str] | None = None
        self.lines: list[str] = []

    def _lay_tables(self) -> None:
        """Copies the tables, as to make them takes longer than all else of a start; `test_commands` sees a first
        start make them."""
        if "DATABASE_URL" not in self.environment and not self.data.exists():
            self.data.mkdir(mode=0o700, parents=True)
            shutil.copy(empty_database(), self.data)

    def start(self) -> None:
        """Returns when pages are served."""
        self._lay_tables()
        process = subprocess.Popen(
            [sys.executable, self.program, "serve"],
            cwd=REPOSITORY,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=self._limit_descriptors if self.descriptors else None,
        )
        self._process = process
        self.lines = []
        ready = threading.Event()

        def listen() -> None:
            assert process.stdout is not None
            with process.stdout:
                for line in process.stdout:
                    self.lines.append(line)
                    if line.startswith("Open "):
                        ready.set()
            ready.set()

        self._listener = threading.Thread(target=listen, daemon=True)
        self._listener.start()
        # It is waited for while it computes, as an upgrade does for long on a busy machine.
        watch = ProgressWatch(process.pid)
        while not ready.wait(1):
            assert watch.working(), f"not serving, and it does not compute: {''.join(self.lines)}"
        assert process.poll() is None, "".join(self.lines)

    def _limit_descriptors(self) -> None:
        """Limits the descriptors in the program's process, before it starts."""
        assert self.descriptors is not None
        resource.setrlimit(resource.RLIMIT_NOFILE, (self.descriptors, self.descriptors))

    @property
    def pid(self) -> int:
        """Returns the process id of the program, while it runs."""
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        """All that it has printed since it was started."""
        return "".join(self.lines)

    def until(self, condition: Callable[[], Any], seconds: float = 60) -> Any:
        """Asks again until the answer is true; gives it."""
        deadline = time.monotonic() + seconds
        while not (answer := condition()):
            assert time.monotonic() < deadline, f"this took too long; the server said: {self.log()[-4000:]}"
            time.sleep(0.05)
        return answer

    def stop(self) -> int:
        """Ctrl-C; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        status = self._process.wait(30)
        self._listener.join(30)
        # Of the server or of a process that it started: a thread held an output or input while its process ended.
        assert "Fatal Python error" not in self.log(), self.log()[-4000:]
        return status

    def kill(self) -> None:
        """kill -9 of the program alone: what it started has to notice by itself."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(30)
            self._listener.join(30)

    def printed_link(self) -> str:
        """The sign-in link that the first start prints."""
        match = re.search(r"http\S+#token=\S+", self.log())
        assert match, self.log()
        return match.group()

    def let_one_person_be_many(self) -> None:
        """Lifts what one person may have open at once, where one stands for a crowd."""
        command = [sys.executable, "manage.py", "quota", "people", "sockets=10000"]
        subprocess.run(command, cwd=REPOSITORY, env=self.environment, capture_output=True, check=True, timeout=60)

    def link(self, email: str = "") -> str:
        """A new sign-in link, as `make link` prints it."""
        command = [sys.executable, "manage.py", "link", *([email] if email else [])]
        answer = subprocess.run(
            command, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, check=True, timeout=60
        )
        match = re.search(r"http\S+#token=\S+", answer.stdout)
        assert match, answer.stdout
        return match.group()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it as a person would; what does not end is killed."""
        try:
            if self._process is not None and self._process.poll() is None:
                self.stop()
        finally:
            self.kill()

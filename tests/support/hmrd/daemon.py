"""A real `hmrd`: the daemon as a process of its own, and its command, with waits short enough for tests."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hmrd.local_client import DaemonAway, ask
from hmrd.protocol.local import LocalCommand, LocalRequest
from tests.support.hmrd.waiting import wait_until

ROOT = Path(__file__).parents[3]
_START = """
import sys, time
import hmrd.machine, hmrd.protocol.enrolment, hmrd.protocol.wanted
hmrd.machine.TRIAL = {trial}
hmrd.machine._FIRST_RETRY = 0.2
hmrd.protocol.wanted.SHORTEST_INTERVAL = hmrd.protocol.enrolment.SHORTEST_INTERVAL = 1
{extra}
from hmrd.command.main import main
sys.exit(main(sys.argv[1:]))
"""


class DaemonProcess:
    """A device: its folder, its configuration and its daemon."""

    def __init__(self, folder: Path, trial: float = 0.3) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.state, self.config, self.trial = folder / "state", folder / "hmrd.toml", trial
        self.answers, self.lines = folder / "answers", folder / "lines"
        self.extra = ""
        """Python that the process runs before the command."""
        self.environment: Mapping[str, str] = {}
        """Variables that the process has beside those of the tests."""
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Starts the daemon, and returns at once."""
        with self.answers.open("ab") as answers, self.lines.open("ab") as lines:
            self.process = subprocess.Popen(
                self._arguments("run"), stdout=answers, stderr=lines, cwd=ROOT, env=self._variables
            )

    def start(self) -> None:
        """Starts the daemon, and returns when it answers."""
        self.launch()
        wait_until(lambda: self.is_over or self._answers(), "the daemon answers", 30)
        assert not self.is_over, self.lines.read_text()

    @property
    def is_over(self) -> bool:
        """Whether the process ended."""
        return self.process is None or self.process.poll() is not None

    def _answers(self) -> bool:
        try:
            return bool(self.status)
        except DaemonAway:
            return False

    def kill(self) -> None:
        """Ends it as a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Stops it as a system does. Returns its exit status."""
        return self._end(signal.SIGTERM)

    def reload(self) -> None:
        """Has it read its configuration again."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the command."""
        command = self._arguments(*arguments)
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, env=self._variables)

    def install_command(self, folder: Path) -> None:
        """Writes the command `hmrd` of this device into a folder."""
        path = folder / "hmrd"
        path.write_text(f'#!/bin/sh\ncd {shlex.quote(str(ROOT))} && exec {shlex.join(self._arguments())} "$@"\n')
        path.chmod(0o755)

    def say(self, *arguments: str) -> str:
        """Runs the command, which has to succeed. Returns what it says."""
        result = self.ask(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    @property
    def status(self) -> dict[str, Any]:
        """The status as JSON."""
        return dict(ask(self.state / "hmrd.sock", LocalRequest(LocalCommand.STATUS)).result)

    @property
    def rune(self) -> dict[str, Any]:
        """The status of the first rune."""
        rune: dict[str, Any] = self.status["runes"][0]
        return rune

    def wait(self, matches: Callable[[dict[str, Any]], object], what: str, seconds: float = 20) -> None:
        """Waits until the first rune's status matches."""
        last: dict[str, Any] = {}

        def is_true() -> bool:
            last.update(self.rune)
            return bool(matches(last))

        try:
            wait_until(is_true, what, seconds)
        except AssertionError:
            raise AssertionError(f"{what}: {last}\n{self.lines.read_text()}") from None

    def wait_for_version(self, version: str) -> None:
        """Waits until a version is confirmed."""
        self.wait(lambda rune: rune["phase"] == "running" and rune["running"]["version"] == version, f"{version} runs")

    @property
    def _variables(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    @property
    def memory(self) -> int:
        """Bytes of the process that are resident."""
        assert self.process is not None
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        status = self.process.wait(30)
        self.process = None
        return status

    def _arguments(self, *arguments: str) -> list[str]:
        code = _START.format(trial=self.trial, extra=self.extra)
        places = ("--state", str(self.state), "--config", str(self.config))
        return [sys.executable, "-c", code, *places, *arguments]


@contextmanager
def daemon(folder: Path) -> Iterator[DaemonProcess]:
    """A device whose daemon ends with the block."""
    device = DaemonProcess(folder)
    try:
        yield device
    finally:
        device.kill()

"""A machine with a new Debian: its own systemd in namespaces of its own, on the network of this machine."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.hmrd.waiting import wait_until
from tools.needs import DEBIAN_MACHINE, lack

PACKAGES = ("python3", "systemd", "systemd-sysv", "dbus", "passwd")
STOP = "SIGRTMIN+3"
"""The signal at which systemd shuts a machine down."""


def new_debian(folder: Path) -> Path:
    """Installs the release of Debian that this machine has into a folder. Skips where that cannot be done."""
    if not DEBIAN_MACHINE.is_here():
        pytest.skip(lack(DEBIAN_MACHINE))
    if os.geteuid() != 0:
        pytest.skip("Starting a machine needs root.")
    release = platform.freedesktop_os_release()
    python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if release.get("ID") != "debian" or not Path(python).exists():
        pytest.skip("The package is for the Python of this environment, which is not that of this machine's Debian.")
    root = folder / "root"
    command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}"]
    subprocess.run([*command, release["VERSION_CODENAME"], root], check=True)
    return root


class DebianMachine:
    """A machine that runs. Its root is a folder of this machine."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def ask(self, *command: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Runs a command in it, as root."""
        namespaces = ["--mount", "--uts", "--ipc", "--pid", "--root", "--wd"]
        enter = ["nsenter", "--target", str(self._leader), *namespaces, "--"]
        return subprocess.run([*enter, *command], input=text, capture_output=True, text=True, check=False)

    def say(self, *command: str, text: str | None = None) -> str:
        """Runs a command, which has to succeed. Returns what it says."""
        result = self.ask(*command, text=text)
        assert result.returncode == 0, (command, result.stdout, result.stderr)
        return result.stdout

    @property
    def _leader(self) -> int:
        """The process that is the first one in the machine."""
        pid = self._process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    @property
    def is_up(self) -> bool:
        """Whether its services have started."""
        assert self._process.poll() is None, "The machine ended."
        try:
            return self.ask("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")
        except IndexError:
            return False


@contextmanager
def running(root: Path, options: Iterable[str] = ()) -> Iterator[DebianMachine]:
    """Starts a machine; with the block it is shut down."""
    program: Sequence[str] = [shutil.which("systemd-nspawn") or "", "--quiet", "--register=no", "--keep-unit"]
    command = [*program, "--boot", f"--kill-signal={STOP}", "--console=pipe", "--directory", str(root), *options]
    log = root.parent / "console"
    with log.open("ab") as console:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
    try:
        machine = DebianMachine(process)
        wait_until(lambda: machine.is_up, f"the machine starts: {log}", 60)
        yield machine
    finally:
        process.terminate()
        process.wait(60)

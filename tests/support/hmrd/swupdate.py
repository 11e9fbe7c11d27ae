"""Debian's SWUpdate as a device runs it: its hawkBit client with a state store, without rights on this machine."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

PROGRAM = shutil.which("swupdate")
_STORE = b"# GRUB Environment Block\n"
_STORE_BYTES = 1024
STATE_INSTALLED, STATE_TESTED = "1", "2"
"""The states that SWUpdate stores after an installation, and that a boot script stores once the system is up."""


def can_run() -> bool:
    """Returns whether SWUpdate is installed, and a program may have its own view of folders."""
    if PROGRAM is None:
        return False
    return subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode == 0


class SwUpdate:
    """A device with SWUpdate. Its folder `boot` is what the program sees as /boot, where GRUB's environment is its
    state store; without one it never reports success."""

    def __init__(self, folder: Path, configuration: str, certificate: Path, hardware: str = "gateway:1.0") -> None:
        self._folder = folder
        self._certificate, self._hardware = certificate, hardware
        (folder / "boot" / "grub").mkdir(parents=True)
        self._store = folder / "boot" / "grub" / "grubenv"
        self._store.write_bytes(_STORE + b"#" * (_STORE_BYTES - len(_STORE)))
        self._settings = folder / "swupdate.cfg"
        self._settings.write_text(configuration)
        self.lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._listener = threading.Thread()

    def __enter__(self) -> Self:
        # It has sockets there, whose paths may have 107 characters alone.
        self._temporary = TemporaryDirectory(dir="/tmp")
        program = [str(PROGRAM), "-v", "-f", str(self._settings), "-k", str(self._certificate), "-H", self._hardware]
        command = shlex.join([*program, "-B", "grub", "-u", "-p 1"])
        script = f"mount --bind {shlex.quote(str(self._folder / 'boot'))} /boot && exec {command}"
        self._process = subprocess.Popen(
            ["unshare", "-rm", "sh", "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": self._temporary.name, "HOME": "/"},
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        # Its parts are processes of their own.
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(30)
        self._listener.join(30)
        self._temporary.cleanup()

    @property
    def log(self) -> str:
        """The lines that the program wrote so far."""
        return "\n".join(self.lines)

    def stored(self) -> dict[str, str]:
        """Returns what the state store has."""
        lines = self._store.read_text().splitlines()
        return dict(line.partition("=")[::2] for line in lines if "=" in line and not line.startswith("#"))

    def confirm(self) -> None:
        """Stores that the system is up with what was installed, as a boot script does."""
        values = self.stored() | {"ustate": STATE_TESTED}
        text = _STORE + "".join(f"{name}={value}\n" for name, value in values.items()).encode()
        self._store.write_bytes(text + b"#" * (_STORE_BYTES - len(text)))

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip())

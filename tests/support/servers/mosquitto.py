"""Debian's mosquitto with its dynamic-security plug-in, as an operator starts it for the doorbell."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from tests.support.patience import PATIENCE
from tests.support.servers.live_forge import free_port

_PLUGIN = next(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"), None)
PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/bin")
PASSWORD = "a password of the server"
USER = "forge"


def can_run() -> bool:
    """Returns whether mosquitto and its plug-in are installed."""
    return PROGRAM is not None and _PLUGIN is not None


class Mosquitto:
    """A broker on a free port. It can be stopped and started again with the accounts that it has."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.credentials = folder / "credentials"
        self.credentials.write_text(f"{USER}:{PASSWORD}\n")
        accounts = folder / "dynamic-security.json"
        subprocess.run(
            ["mosquitto_ctrl", "dynsec", "init", str(accounts), USER, PASSWORD], check=True, capture_output=True
        )
        self._settings = folder / "mosquitto.conf"
        lines = (
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous false",
            f"plugin {_PLUGIN}",
            f"plugin_opt_config_file {accounts}",
            "user root",
        )
        self._settings.write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when the broker takes connections."""
        self._process = subprocess.Popen(
            [str(PROGRAM), "-c", str(self._settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._listens)

    def stop(self) -> None:
        """Ends the broker. It writes its accounts before."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def until(condition: Callable[[], Any]) -> Any:
    """Asks again until the answer is true; returns it."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.02)
    return answer

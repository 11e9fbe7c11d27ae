"""The notebook of a device, executed beside a real daemon, where nothing opens a network connection."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.documents.notebooks import code_cells, run_cells
from tests.support.hmrd.local_project import LocalSine, local_sine
from tests.support.hmrd.waiting import wait_until
from tests.support.servers.live_server import REPOSITORY

pytestmark = pytest.mark.slow

NOTEBOOK = REPOSITORY / "examples" / "notebooks" / "device" / "on-this-device.ipynb"
NO_NETWORK = """
import socket, sys

def refuse(event, arguments):
    is_local = event == "socket.connect" and arguments[0].family == socket.AF_UNIX
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg") and not is_local:
        raise RuntimeError(f"The network is used: {event} {arguments}")

sys.addaudithook(refuse)
"""
"""The first cell: what reaches for a network fails, also in a machine without namespaces."""


def without_network() -> tuple[str, ...]:
    """Returns the start of a command that runs without any network, child processes included, where the system can."""
    command = ("unshare", "-rn")
    try:
        return command if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0 else ()
    except FileNotFoundError:
        return ()


def versions(sine: LocalSine) -> list[str]:
    return [each["version"] for each in sine.answers]


def test_the_first_cell_refuses_a_network(tmp_path: Path) -> None:
    cells = [NO_NETWORK, "import socket", 'socket.create_connection(("127.0.0.1", 9))']
    with pytest.raises(AssertionError, match="The network is used"):
        run_cells(cells, tmp_path)


def test_every_cell_runs_without_a_network(tmp_path: Path) -> None:
    with local_sine(tmp_path) as sine:
        commands = tmp_path / "bin"
        commands.mkdir()
        sine.device.install_command(commands)
        sine.device.trial = 2.0
        sine.device.start()
        variables = {
            "HMRD_SOCKET": str(sine.socket),
            "MODEL": str(sine.other_model()),
            "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        }
        command = (*without_network(), sys.executable, "-W", "error")
        outputs = run_cells([NO_NETWORK, *code_cells(NOTEBOOK)], tmp_path, command, **variables)
        _, _, first, data, figures, build, second = outputs
        assert str(first[0]).startswith("sine runs 1.0")
        assert "labels angle" in str(data[0])
        assert "<table>" in str(figures[1])
        assert str(build[0]).startswith("Build 2")
        assert str(second[0]).startswith("sine runs 1.1")
        assert "hmrd go-back runs 1.0" in str(second[0])
        wait_until(lambda: versions(sine) == ["1.0"] * 4 + ["1.1"] * 4, "answers of both runes")

"""The Debian package on a new Debian: installed by dpkg, run by systemd, joined, updated, restarted, and removed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.debian import DebianMachine, new_debian, running
from tests.support.hmrd.served_fleet import Fleet
from tests.support.hmrd.waiting import wait_until
from tests.support.servers.live_server import LiveServer
from tools.packaging import deb
from tools.setup import WHEELS

pytestmark = pytest.mark.slow
STATE = "var/lib/hmrd"
PIPE = "/run/hmrd/pipe"
CONFIG = f"""\
[[rune]]
name = "sine"

[rune.source.number]
pipe = "{PIPE}"
format = "lines"
"""
PATIENCE = 150
"""Seconds for a poll, a new version and the minute for which the daemon watches it."""


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with LiveServer(tmp_path / "data", {"DEVICE_POLL_SECONDS": "10"}) as live:
        yield Fleet(live)


def answer(machine: DebianMachine) -> float:
    """Returns the rune's answer to a quarter of a turn that comes through the pipe."""
    count = len(answers(machine))
    machine.say("timeout", "20", "sh", "-c", f"cat > {PIPE}", text="1.5708\n")
    wait_until(lambda: len(answers(machine)) > count, "an answer")
    return float(re.findall(r"-?\d+\.\d+", json.dumps(answers(machine)[-1]))[-1])


def answers(machine: DebianMachine) -> list[object]:
    """Returns what the service wrote into the journal as answers."""
    lines = machine.say("journalctl", "--unit=hmrd", "--output=cat", "--no-pager").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def wait_for_version(machine: DebianMachine, version: str) -> None:
    """Waits until a version is confirmed."""
    line = re.compile(rf"^sine: {re.escape(version)} \(\w+\), running$", re.MULTILINE)
    wait_until(lambda: line.search(machine.ask("hmrd", "status").stdout), f"{version} runs", PATIENCE)


def test_the_package_is_installed_run_and_removed(fleet: Fleet, tmp_path: Path) -> None:
    root = new_debian(tmp_path)
    shutil.copy(deb.build(WHEELS, tmp_path), root / "root" / "hmrd.deb")
    with running(root) as machine:
        machine.say("dpkg", "--install", "/root/hmrd.deb")
        assert machine.say("systemctl", "is-active", "hmrd") == "active\n"
        assert "belongs to no organisation" in machine.say("hmrd", "status")
        (root / "etc/hmrd/hmrd.toml").write_text(CONFIG)
        machine.say("systemctl", "reload", "hmrd")
        machine.say("hmrd", "enroll", fleet.live.address, fleet.code()["code"], "--name", "debian-1")
        fleet.act("PUT", "group", {"group": "berlin", "devices": 1})
        wait_for_version(machine, "1.0")
        assert abs(answer(machine) - 1.0) < 0.1
        process = machine.say("systemctl", "show", "--property=MainPID", "--value", "hmrd").strip()
        assert machine.say("stat", "--format=%U", f"/proc/{process}") == "hmrd\n"
        assert machine.say("stat", "--format=%U %a", PIPE) == "hmrd 660\n"
        # Killed, it is started again, and goes on with what it had.
        machine.say("systemctl", "kill", "--signal=KILL", "hmrd")
        wait_for_version(machine, "1.0")

    # All that it writes is below one folder: the rest of the machine is read-only from here on.
    state = tmp_path / "state"
    shutil.move(root / STATE, state)
    (root / STATE).mkdir()
    with running(root, ["--read-only", f"--bind={state}:/{STATE}"]) as machine:
        assert machine.ask("touch", "/etc/written").returncode == 1
        fleet.publish("1.1", "2.0")
        fleet.act("PUT", "version", {"tag": "1.1", "devices": 1})
        wait_for_version(machine, "1.1")
        assert abs(answer(machine) - 3.0) < 0.1
        machine.say("hmrd", "go-back")
        wait_for_version(machine, "1.0")
        assert abs(answer(machine) - 1.0) < 0.1
        wait_until(lambda: fleet.device("debian-1")["running"]["version"] == "1.0", "the server hears of it", 60)

    shutil.rmtree(root / STATE)
    shutil.move(state, root / STATE)
    with running(root) as machine:
        machine.say("dpkg", "--purge", "hmrd")
        assert not any((root / place).exists() for place in (STATE, "opt/hmrd", "etc/hmrd", "usr/bin/hmrd"))
        assert "hmrd" not in (root / "etc/passwd").read_text()
    audit = subprocess.run(["dpkg", f"--root={root}", "--audit"], capture_output=True, text=True, check=True)
    assert audit.stdout == ""

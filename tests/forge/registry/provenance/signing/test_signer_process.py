"""The signer's process beside a server ends in order while the server goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import REPOSITORY

PROGRAM = """
import array, fcntl, termios, threading, time
import django
django.setup()
from forge.registry.management.commands.sign import _wait_for_end

stop = threading.Event()
threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
unread = array.array("i", [1])
while unread[0]:  # until the thread has taken the byte, and waits for the next one
    fcntl.ioctl(0, termios.FIONREAD, unread)
    time.sleep(0.01)
print("stopped" if stop.is_set() else "idle", flush=True)
"""


def _process(data: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "forge.settings", "DATA_DIR": str(data)}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b"x")
    process.stdin.flush()
    return process


def test_it_ends_in_order_when_it_has_nothing_to_do(tmp_path: Path) -> None:
    """The signer's standard input is still open then: the server that started it goes on."""
    with _process(tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        output, errors = process.stdout.read(), process.stderr.read()
    assert b"Fatal Python error" not in errors, errors.decode()
    assert (output, process.returncode) == (b"idle\n", 0), errors.decode()

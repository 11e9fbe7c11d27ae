"""The keeper of a process in namespaces: it becomes the parent of the first process before that goes on."""

from __future__ import annotations

import os
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rune.isolation import launch
from rune.isolation.linux import is_linux

pytestmark = pytest.mark.skipif(not is_linux(), reason="only Linux has namespaces")


@pytest.mark.protects("compiling/dying-children")
def test_the_first_process_goes_on_when_its_parent_is_reaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first process asks to be ended with its parent. The process between it and the keeper ends, and would take
    it along: its pipes are closed before its children get another parent."""
    monkeypatch.setattr(launch, "_write_maps", lambda _: False)
    here, there = socket.socketpair()
    there.settimeout(20)
    between = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    assert between.stdin is not None
    with here, there, ThreadPoolExecutor(1) as pool:
        worker = pool.submit(launch._attend, here, between.pid)
        there.sendall(b"u")
        assert there.recv(1) == b"s"
        there.sendall(launch._PID.pack(os.getpid()))
        between.stdin.close()
        assert there.recv(1) == launch._GO_ON
        assert not Path(f"/proc/{between.pid}").exists(), "a process that is not reaped may still have its children"
        assert worker.result() == os.getpid()
    between.wait()

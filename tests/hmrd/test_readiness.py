"""The daemon tells a service manager that it is ready."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hmrd.control.readiness import announce_ready


@pytest.mark.parametrize("is_abstract", [False, True])
def test_a_manager_hears_that_the_daemon_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_abstract: bool
) -> None:
    name = f"@{tmp_path}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name[1:]}" if is_abstract else name)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        announce_ready()
        manager.settimeout(10)
        assert manager.recv(100) == b"READY=1"


def test_without_a_manager_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    announce_ready()
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/notify")
    with pytest.raises(OSError, match="No such file"):
        announce_ready()

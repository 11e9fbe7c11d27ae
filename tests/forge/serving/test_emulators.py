"""The log names the cores that packages are counted on, and those that are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.serving import emulators
from rune.devices.emulation.cores import CORES
from tools.needs import EMULATORS, lack


def test_each_core_is_named_with_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert emulators.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == list(CORES)
    assert "cortex-m4: not counted, the Debian package qemu-system-arm is missing" in lines
    assert "rv32imc: not counted, the Debian package qemu-system-misc is missing" in lines


def test_where_nothing_lacks_all_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    if not EMULATORS.is_here():
        pytest.skip(lack(EMULATORS))
    assert emulators.main() == 0
    assert capsys.readouterr().out.count(": counted\n") == len(CORES)

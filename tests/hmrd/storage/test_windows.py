"""Windows on the disk: encrypted, whole or gone, and unreadable once they are deleted."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from hmrd.protocol.samples import WindowBins
from hmrd.sample_requests import SampleLedger, StoredWindow, agree, keep, with_offers
from hmrd.storage.windows import WindowFiles
from tests.support.hmrd.offers import OFFER, RUNE

DATA = b"RIFF-the-bytes-of-a-window-" * 200
NOW = 1_800_000_000.0


def window(number: int) -> StoredWindow:
    return StoredWindow(number, RUNE, "acme/door/gateways", NOW, WindowBins(2, 0, (1,)), True, "wav", len(DATA))


@pytest.fixture
def files(tmp_path: Path) -> WindowFiles:
    files = WindowFiles(tmp_path / "windows")
    for number in (1, 2):
        files.write_window(window(number), DATA + bytes([number]))
    return files


def test_windows_are_there_after_a_restart(files: WindowFiles, tmp_path: Path) -> None:
    again = WindowFiles(tmp_path / "windows")
    assert again.read().windows == (window(1), window(2))
    assert again.data_of(2) == DATA + b"\2"
    assert again.read().next_window == 3
    assert again.data_of(3) is None


@pytest.mark.protects("devices/windows-at-rest")
def test_no_file_has_plain_bytes_of_a_window_or_of_what_was_answered(files: WindowFiles, tmp_path: Path) -> None:
    ledger, _ = keep(with_offers(SampleLedger(), [OFFER]), window(1), NOW)
    files.write_answers(agree(ledger, OFFER))
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(paths) == 4
    for path in paths:
        content = path.read_bytes()
        assert not any(part in content for part in (b"RIFF", DATA[:16], b"gateways", RUNE.encode(), b"bins"))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.protects("devices/windows-at-rest")
def test_without_its_key_a_window_is_gone(files: WindowFiles, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "windows", copy)
    files.clear()
    assert list((tmp_path / "windows").iterdir()) == []
    (copy / "key").unlink()
    files.write_window(window(1), DATA)
    shutil.copy(tmp_path / "windows" / "key", copy / "key")
    assert WindowFiles(copy).read().windows == (), "the next windows have another key"


@pytest.mark.protects("devices/windows-at-rest")
def test_a_file_that_was_changed_or_moved_is_deleted(files: WindowFiles, tmp_path: Path) -> None:
    first, second = sorted((tmp_path / "windows").glob("*.window"))
    data = bytearray(first.read_bytes())
    data[40] ^= 1
    first.write_bytes(bytes(data))
    second.rename(second.with_name("00000009.window"))
    assert files.read().windows == ()
    assert list((tmp_path / "windows").glob("*.window")) == []


def test_answers_are_there_after_a_restart(files: WindowFiles) -> None:
    ledger, _ = keep(with_offers(SampleLedger(), [OFFER]), window(1), NOW)
    answered_ledger = agree(ledger, OFFER, purposes=["tests"])
    files.write_answers(answered_ledger)
    assert files.read().answers == answered_ledger.answers

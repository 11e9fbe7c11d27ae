"""Files that appear whole or not at all, the line for what takes long, and how reasons are written."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from rune.tools.cli.failure import CommandFailed, causes_of, command_failure
from rune.tools.cli.files.writing import replacing, write_file
from rune.tools.cli.terminal import progress as progress_module
from rune.tools.cli.terminal.progress import progress
from tests.support.patience import PATIENCE


def test_what_fails_halfway_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        file.write(bytes([1 // 0]))
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_permissions_are_kept_and_new_files_get_the_usual_ones(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_file(path, b"1")
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask
    path.chmod(0o600)
    write_file(path, b"2")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"2", 0o600)


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    write_file(path, b"through")
    reader.join(timeout=PATIENCE)
    assert read == [b"through"]
    assert path.is_fifo()


def test_a_place_that_cannot_be_written_to_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed) as error:
        write_file(tmp_path / "missing" / "a", b"")
    assert error.value.message == f'Unable to write "{tmp_path / "missing" / "a"}"'
    assert error.value.causes == ("No such file or directory",)


class Terminal(io.StringIO):
    """A stream that says it is one, and tells when something was drawn on it."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn = threading.Event()

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        self.drawn.set()


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Puts a terminal in place of standard error, which pytest changes between a fixture and its test."""
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def test_what_takes_long_is_told_on_a_terminal_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "_DELAY", 0)
    stream = terminal(monkeypatch)
    with progress("Building app"):
        assert stream.drawn.wait(PATIENCE)
    assert "Building app (0 s)" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_what_is_quick_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = terminal(monkeypatch)
    with progress("Building app") as bar:
        assert bar is not None
    assert stream.getvalue() == ""


def test_where_there_is_no_terminal_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with progress("Building app") as bar:
        assert bar is None


def test_causes_are_told_once_each_from_the_nearest_to_the_last() -> None:
    last = FileNotFoundError(2, "No such file or directory", "a.wav")
    middle = ValueError("no sound: a.wav: No such file or directory")
    middle.__cause__ = last
    top = RuntimeError("")
    top.__cause__ = middle
    assert causes_of(top) == ("RuntimeError", "no sound", "a.wav: No such file or directory")


def test_several_causes_are_numbered(capsys: pytest.CaptureFixture[str]) -> None:
    CommandFailed("It failed", ("because", "of this")).show()
    assert capsys.readouterr().err == "Error: It failed\n\nCaused by:\n    0: because\n    1: of this\n"
    command_failure("It failed", ValueError("because")).show()
    assert capsys.readouterr().err == "Error: It failed\n\nCaused by:\n    because\n"

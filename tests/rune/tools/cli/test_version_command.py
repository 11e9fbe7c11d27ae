"""`rune version`, in the texts and keys that scripts know."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import rune
from rune.toolchain import toolchain_digest
from rune.tools.cli import main
from rune.tools.cli.terminal import version as version_command
from rune.tools.cli.terminal.version import Commit, host
from tests.support.patience import PATIENCE

COMMIT = Commit("0123456789abcdef0123456789abcdef01234567", "2026-11-20T11:21:33+00:00")


def shown(monkeypatch: pytest.MonkeyPatch, commit: Commit | None, *options: str) -> str:
    monkeypatch.setattr(version_command, "_commit", lambda root: commit)
    result = CliRunner().invoke(main, ["version", *options])
    assert result.exit_code == 0
    return result.stdout


def test_in_short_it_is_one_line_with_the_commit_and_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, COMMIT) == f"rune {rune.__version__} (0123456 2026-11-20)\n"
    assert shown(monkeypatch, None) == f"rune {rune.__version__}\n"


def test_verbose_has_the_lines_of_the_old_command(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = dict(line.split(": ", 1) for line in shown(monkeypatch, COMMIT, "-v").splitlines()[1:])
    assert lines["binary"] == "rune"
    assert lines["rune-version"] == rune.__version__
    assert lines["commit-hash"] == COMMIT.hash
    assert lines["commit-date"] == "2026-11-20"
    assert lines["host"] == host()
    assert lines["rustc-version"] == "none (no longer needed)"
    assert lines["compiler"].startswith("zig ")
    assert lines["toolchain-digest"] == toolchain_digest()


def test_json_has_the_keys_of_the_old_command(monkeypatch: pytest.MonkeyPatch) -> None:
    payload = json.loads(shown(monkeypatch, COMMIT, "-f", "json"))
    assert {key: payload[key] for key in payload if key not in ("host", "python-version", "compiler", "runtime")} == {
        "executable": "rune",
        "rune-version": rune.__version__,
        "commit-short-hash": "0123456",
        "commit-hash": COMMIT.hash,
        "commit-timestamp": COMMIT.time,
        "toolchain-digest": toolchain_digest(),
        "rustc-version": None,
        "rustc-commit-hash": None,
        "rustc-commit-date": None,
    }
    assert re.fullmatch(r"\w+-[\w-]+", payload["host"])
    assert json.loads(shown(monkeypatch, None, "-f", "json"))["commit-hash"] is None


def test_the_option_of_the_whole_command_is_one_line() -> None:
    assert CliRunner().invoke(main, ["-V"]).stdout == f"rune {rune.__version__}\n"


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_a_full_disk_ends_it_with_the_reason(option: str) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-c", "from rune.tools.cli import main; main()", option]
        process = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=PATIENCE)
    assert (process.returncode, process.stderr) == (1, b"Error: No space left on device\n")


def test_outside_of_a_checkout_no_commit_is_known(tmp_path: Path) -> None:
    assert version_command._commit(tmp_path) is None
    (tmp_path / ".git").mkdir()
    assert version_command._commit(tmp_path) is None

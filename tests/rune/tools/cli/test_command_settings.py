"""Variables, `.env` files, levels of the log and colours: what is read, and what is not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner

from rune.tools.cli import main
from rune.tools.cli.settings import CommandSettings, log_level, parse_dotenv, read_dotenv
from tests.support.cases import each_case

GOOD = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: u8, dimensions: [4]}]}
  out: {out: serial, inputs: [in]}
"""


@pytest.mark.protects("runes/dotenv")
def test_a_dotenv_file_gives_known_names_alone() -> None:
    text = """
# a comment
export CURRENT_DIR="a folder"
RUST_LOG=info # chatty
NO_COLOR = '1'
PATH=/somewhere/else
LD_PRELOAD=evil.so
no assignment
"""
    assert parse_dotenv(text) == {"CURRENT_DIR": "a folder", "RUST_LOG": "info", "NO_COLOR": "1"}


def test_the_nearest_dotenv_file_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / ".env").write_text("RUST_LOG=info\n", encoding="utf-8")
    assert read_dotenv(inner) == {"RUST_LOG": "info"}
    (tmp_path / "a" / ".env").write_text("RUST_LOG=off\n", encoding="utf-8")
    assert read_dotenv(inner) == {"RUST_LOG": "off"}


def test_a_dotenv_file_that_is_huge_or_no_file_gives_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert read_dotenv(tmp_path) == {}
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / ".env").write_bytes(b"RUST_LOG=off\n" + b"#" * 70_000)
    assert read_dotenv(inner) == {}


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = CommandSettings(file_variables={"RUST_LOG": "info"})
    monkeypatch.delenv("RUST_LOG", raising=False)
    monkeypatch.delenv("RUNE_LOG", raising=False)
    assert settings.logs("INFO")
    monkeypatch.setenv("RUST_LOG", "error")
    assert not settings.logs("WARN")


@each_case(
    ("text", "level"),
    [
        ("", "WARN"),
        ("debug", "DEBUG"),
        ("OFF", "OFF"),
        ("rune_cli=info,wasmer=trace", "TRACE"),
        ("nonsense", "WARN"),
    ],
)
def test_levels_are_read_as_they_were_written_for_the_old_command(text: str, level: str) -> None:
    assert log_level(text) == level


def test_no_level_shows_what_is_no_level() -> None:
    assert not CommandSettings().logs("OFF")
    assert not CommandSettings().logs("SHOUTED")


def test_colours_follow_the_option_the_variables_and_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert CommandSettings().colours(Terminal())
    assert not CommandSettings().colours(io.StringIO())
    assert not CommandSettings("never").colours(Terminal())
    monkeypatch.setenv("TERM", "dumb")
    assert not CommandSettings().colours(Terminal())
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert CommandSettings().colours(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not CommandSettings().colours(Terminal())


def test_the_folder_of_a_build_can_stand_in_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CURRENT_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Runefile.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / ".env").write_text("CURRENT_DIR=.\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["build", "app", "-n", "mine"])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "mine.rune").is_file()


def test_the_folder_of_the_old_sources_needs_unstable() -> None:
    assert CliRunner().invoke(main, ["--rune-repo-dir", "x", "version"]).exit_code == 2
    assert CliRunner().invoke(main, ["--unstable", "--rune-repo-dir", "x", "version"]).exit_code == 0
    assert CliRunner().invoke(main, ["version"], env={"RUNE_REPO_DIR": "x"}).exit_code == 0

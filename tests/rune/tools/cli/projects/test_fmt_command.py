"""`rune fmt`: in place, as a check, as a difference, through a pipe, with types, and without losing anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.tools.cli import main

ROUGH = """\
version:   1
image: runicos/base
pipeline:
    in:
        capability: RAW   # four bytes
        args: {length:   4}
    out: {out: serial, inputs: [ in ]}
"""


def fmt(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["fmt", *map(str, arguments)], input=stdin)


@pytest.fixture
def runefile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "Runefile.yml"
    path.write_text(ROUGH, encoding="utf-8")
    return path


def test_a_file_is_brought_into_form_once(runefile: Path) -> None:
    result = fmt()
    assert (result.exit_code, result.stdout) == (0, "Formatted Runefile.yml\n")
    text = runefile.read_text("utf-8")
    assert text != ROUGH
    assert "capability: RAW  # four bytes" in text
    again = fmt(runefile)
    assert (again.exit_code, again.output) == (0, "")
    assert runefile.read_text("utf-8") == text


def test_check_lists_what_is_not_in_form_and_writes_nothing(runefile: Path) -> None:
    result = fmt("--check")
    assert (result.exit_code, result.stdout) == (1, "Runefile.yml\n")
    assert result.stderr == "1 Runefile to format\n"
    assert runefile.read_text("utf-8") == ROUGH
    assert fmt().exit_code == 0
    assert (fmt("--check").exit_code, fmt("--check").output) == (0, "")


def test_diff_prints_what_would_change_and_writes_nothing(runefile: Path) -> None:
    result = fmt("--diff")
    assert result.exit_code == 0
    assert result.stdout.startswith("--- Runefile.yml\n+++ Runefile.yml\n@@ ")
    assert "-version:   1\n+version: 1\n" in result.stdout
    assert runefile.read_text("utf-8") == ROUGH
    assert fmt("--diff", "--check").exit_code == 1


def test_a_pipe_goes_through(runefile: Path) -> None:
    result = fmt("-", stdin=ROUGH.encode())
    assert result.exit_code == 0
    assert runefile.read_text("utf-8") == ROUGH
    fmt()
    assert result.stdout == runefile.read_text("utf-8")


def test_several_files_are_formed_at_once(runefile: Path) -> None:
    other = runefile.parent / "other" / "app.yml"
    other.parent.mkdir()
    other.write_text(ROUGH, encoding="utf-8")
    result = fmt(runefile.parent, other)
    assert result.stdout.splitlines() == [f"Formatted {runefile}", f"Formatted {other}"]
    assert other.read_text("utf-8") == runefile.read_text("utf-8")


def test_types_are_written_in_where_they_are_asked_for(runefile: Path) -> None:
    assert fmt("--infer").exit_code == 0
    text = runefile.read_text("utf-8")
    assert "outputs:" in text
    assert "u8" in text
    assert CliRunner().invoke(main, ["check"]).stdout == "2 stages, 0 errors, 0 warnings\n"


@pytest.mark.parametrize("text", [b"version: [\n", b"\xff\xfe", b"a:\n\t- b\n"])
def test_what_cannot_be_read_stays_as_it_is(text: bytes, runefile: Path) -> None:
    runefile.write_bytes(text)
    result = fmt()
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[RUNE" in result.stderr
    assert "Error: Runefile.yml was not changed" in result.stderr
    assert runefile.read_bytes() == text


def test_a_pipe_of_bytes_or_without_end_is_refused(runefile: Path) -> None:
    assert "Standard input is not UTF-8" in fmt("-", stdin=b"\xff").stderr
    assert "at most" in fmt("-", stdin=b"#" * (1 << 21)).stderr


def test_a_missing_file_is_an_error(runefile: Path) -> None:
    result = fmt("nothing.yml")
    assert result.exit_code == 1
    assert "Unable to read" in result.stderr


OLD = """\
FROM runicos/base
# what was recorded
CAPABILITY<U8[4]> in RAW --length 4
OUT serial
RUN in serial
"""


def test_the_old_text_form_becomes_a_file_beside_it(runefile: Path) -> None:
    old = runefile.with_name("Runefile")
    runefile.unlink()
    old.write_text(OLD, encoding="utf-8")
    assert fmt("--check").stdout == "Runefile\n"
    assert "+version: 1\n" in fmt("--diff").stdout
    assert not runefile.exists()
    result = fmt()
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Runefile is in the old text format and was converted to Runefile.yml.")
    assert old.read_text("utf-8") == OLD
    text = runefile.read_text("utf-8")
    assert text.startswith("version: 1\nimage: runicos/base\n")
    assert "# what was recorded" in text
    assert CliRunner().invoke(main, ["check"]).stdout == "2 stages, 0 errors, 0 warnings\n"


def test_what_stands_where_the_yaml_would_go_is_left_alone(runefile: Path) -> None:
    old = runefile.with_name("Runefile")
    old.write_text(OLD, encoding="utf-8")
    result = fmt(old)
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert runefile.read_text("utf-8") == ROUGH


def test_the_old_text_form_under_the_new_name_is_kept_under_another(runefile: Path) -> None:
    runefile.write_text(OLD, encoding="utf-8")
    backup = runefile.with_name("Runefile.yml.old")
    backup.write_text("mine", encoding="utf-8")
    result = fmt()
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert (runefile.read_text("utf-8"), backup.read_text("utf-8")) == (OLD, "mine")
    backup.unlink()
    assert fmt().stdout == "Formatted Runefile.yml; its old text is kept in Runefile.yml.old\n"
    assert backup.read_text("utf-8") == OLD
    assert runefile.read_text("utf-8").startswith("version: 1\n")

"""`rune check`: what it prints, where, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.tools.cli import main

GOOD = """\
version: 1
image: runicos/base
pipeline:
  input:
    capability: RAW
    args: {length: 4}
  serial:
    out: SERIAL
    inputs: [input]
"""


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", *arguments])


@pytest.fixture
def runefile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "Runefile.yml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_right_file_is_summed_up_on_stdout(runefile: Path) -> None:
    result = _run()
    assert (result.exit_code, result.stdout, result.stderr) == (0, "2 stages, 0 errors, 0 warnings\n", "")


def test_a_folder_or_a_file_of_any_name_can_be_named(runefile: Path) -> None:
    other = runefile.with_name("other.yml")
    other.write_text(GOOD.replace("SERIAL", "serail"), encoding="utf-8")
    assert _run(str(runefile.parent)).exit_code == 0
    result = _run(str(other))
    assert result.exit_code == 1
    assert "--> other.yml:8:10" in result.stderr


def test_errors_are_drawn_on_stderr_and_end_with_status_1(runefile: Path) -> None:
    runefile.write_text(GOOD.replace("[input]", "[inptu]"), encoding="utf-8")
    result = _run()
    assert result.exit_code == 1
    assert result.stdout == "2 stages, 1 error, 0 warnings\n"
    assert 'error[RUNE0021]: Unable to find "inptu"' in result.stderr
    assert "^^^^^" in result.stderr


def test_warnings_alone_end_with_status_0(runefile: Path) -> None:
    runefile.write_text(GOOD.replace("length: 4", "length: 4, size: 4"), encoding="utf-8")
    result = _run()
    assert result.exit_code == 0
    assert result.stdout == "2 stages, 0 errors, 1 warning\n"


def test_json_is_one_document_with_diagnostics_and_the_outline(runefile: Path) -> None:
    runefile.write_text(GOOD.replace("[input]", "[inptu]"), encoding="utf-8")
    result = _run("--format", "json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [item["code"] for item in answer["diagnostics"]] == ["RUNE0021"]
    assert [node["name"] for node in answer["outline"]["nodes"]] == ["input", "serial"]


def test_colours_come_when_they_are_asked_for(runefile: Path) -> None:
    runefile.write_text(GOOD.replace("[input]", "[inptu]"), encoding="utf-8")
    assert "\x1b[1;31m" in _run("--colour", "always").stderr
    assert "\x1b[" not in _run().stderr


def test_json_is_json_even_where_nothing_can_be_looked_into(tmp_path: Path) -> None:
    (tmp_path / "broken.rune").write_bytes(b"PK\x03\x04")
    result = _run(str(tmp_path / "broken.rune"), "--format", "json")
    report = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (1, "")
    assert [(item["severity"], item["code"]) for item in report["diagnostics"]] == [("error", "RUNE0004")]
    assert report["diagnostics"][0]["message"] == f'Unable to read "{tmp_path / "broken.rune"}"'
    assert report["outline"] == {"nodes": [], "wires": []}


def test_a_missing_file_is_a_diagnostic_too(tmp_path: Path) -> None:
    result = _run(str(tmp_path / "nothing.yml"))
    assert result.exit_code == 1
    assert 'error[RUNE0004]: Unable to read "nothing.yml"' in result.stderr

"""The command `rune build`, from its arguments to the file that it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.running.container import read_rune
from rune.tools.cli import main

GOOD = """\
version: 1
image: runicos/base
pipeline:
  in:
    capability: RAW
    outputs: [{type: u8, dimensions: [4]}]
  out: {out: serial, inputs: [in]}
"""
WITH_WARNING = GOOD.replace("  out:", "  unused: {capability: RAND, outputs: [{type: u32, dimensions: [1]}]}\n  out:")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "my-app"
    folder.mkdir()
    (folder / "Runefile.yml").write_text(GOOD)
    return folder


def rune_build(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["build", *map(str, arguments)])


def test_the_rune_has_the_folders_name_and_the_command_is_silent(project: Path) -> None:
    result = rune_build(project)
    assert result.exit_code == 0, result.output
    assert result.output == ""
    graph = read_rune((project / "my-app.rune").read_bytes()).graph
    assert graph is not None
    assert graph["rune"]["name"] == "my-app"


def test_a_name_an_output_and_a_folder_can_be_chosen(project: Path, tmp_path: Path) -> None:
    inner = project / "deep"
    inner.mkdir()
    (project / "Runefile.yml").rename(inner / "app.yml")
    result = rune_build(inner / "app.yml", "-c", project, "-n", "foo.bar")
    assert result.exit_code == 0, result.output
    assert (project / "foo.rune").is_file()
    output = tmp_path / "elsewhere"
    assert rune_build(inner / "app.yml", "-c", project, "-o", output).exit_code == 0
    assert output.is_file()


def test_verbose_shows_steps_and_memory(project: Path) -> None:
    result = rune_build(project / "Runefile.yml", "-v")
    assert "check" in result.stderr
    assert "2 stages, 0 errors, 0 warnings" in result.stderr
    assert "memory: 112 bytes, 16 for the pipeline and 96 for messages" in result.stderr


@pytest.mark.slow
def test_warnings_are_drawn_unless_quiet(project: Path) -> None:
    (project / "Runefile.yml").write_text(WITH_WARNING)
    assert 'Nothing reads from the stage "unused"' in rune_build(project / "Runefile.yml").stderr
    assert rune_build(project / "Runefile.yml", "-q").stderr == ""


def test_an_error_is_drawn_and_the_exit_code_is_1(project: Path) -> None:
    (project / "Runefile.yml").write_text(GOOD.replace("[in]", "[gone]"))
    result = rune_build(project / "Runefile.yml")
    assert result.exit_code == 1
    assert 'Unable to find "gone" to use as an input for "out"' in result.stderr
    assert result.stderr.rstrip().endswith("Error: There was a build error")
    assert not (project / "my-app.rune").exists()


def test_quiet_and_verbose_exclude_each_other(project: Path) -> None:
    result = rune_build(project / "Runefile.yml", "-q", "-v")
    assert result.exit_code == 2
    assert "exclude each other" in result.stderr

"""Projects that share models and lists by links, through the command."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.tools.cli import main
from tests.support.cases import each_case

SINE = Path(__file__).parents[4] / "examples" / "sine"
COMMANDS = ("check", "build", "verify", "graph", "inspect", "fmt")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose model is a link to a folder beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work" / "app").mkdir(parents=True)
    (tmp_path / "work" / "models").mkdir()
    shutil.copy(SINE / "Runefile.yml", tmp_path / "work" / "app")
    shutil.copy(SINE / "sine.tflite", tmp_path / "work" / "models")
    (tmp_path / "work" / "app" / "sine.tflite").symlink_to("../models/sine.tflite")
    return tmp_path / "work" / "app"


def rune(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_shared_model_is_refused_until_its_folder_is_allowed(app: Path) -> None:
    result = rune("check", app)
    assert result.exit_code == 1
    assert "allow its folder with --allow-outside" in result.stderr
    assert rune("check", app, "--allow-outside", app.parent / "models").exit_code == 0
    assert rune("check", app).exit_code == 1


def test_a_shared_model_of_the_same_repository_is_read_and_built(app: Path) -> None:
    (app.parent / ".git").mkdir()
    (app.parent / ".git" / "HEAD").write_text("ref: refs/heads/main\n", "utf-8")
    assert rune("check", app).exit_code == 0
    result = rune("build", app, "-o", app / "app.rune")
    assert result.exit_code == 0, result.output
    assert (app / "app.rune").stat().st_size > 1000


@each_case("command", COMMANDS)
def test_every_command_that_reads_a_project_has_the_option(command: str) -> None:
    assert "--allow-outside DIR" in rune(command, "--help").stdout


def test_several_folders_are_allowed(app: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    options = ("--allow-outside", other, "--allow-outside", os.path.relpath(app.parent / "models"))
    assert rune("check", app, *options).exit_code == 0


def test_a_folder_that_is_not_there_is_refused(app: Path) -> None:
    assert rune("check", app, "--allow-outside", app / "nothing").exit_code == 2

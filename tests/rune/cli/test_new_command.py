"""`rune new`: a project from a template or around a model, which checks at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.cli import main
from rune.templates import FOLDER, list_templates


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.mark.parametrize("name", [template.name for template in list_templates()])
def test_every_template_makes_a_project_that_checks(name: str, folder: Path) -> None:
    assert _run("new", name).exit_code == 0
    assert _run("check", name).exit_code == 0
    described = json.loads((FOLDER / name / "template.json").read_text(encoding="utf-8"))
    made = {path.relative_to(folder / name).as_posix() for path in (folder / name).rglob("*") if path.is_file()}
    assert made == set(described["files"])


def test_a_template_goes_into_the_folder_that_is_named(folder: Path) -> None:
    assert _run("new", "sine", "my/app").exit_code == 0
    assert (folder / "my" / "app" / "Runefile.yml").is_file()


def test_without_a_name_the_templates_are_listed() -> None:
    result = _run("new")
    assert result.exit_code == 0
    assert any(line.startswith("sine ") for line in result.stdout.splitlines())


def test_templates_and_new_folders_are_told_as_json() -> None:
    told = json.loads(_run("new", "--format", "json").stdout)
    assert {"keywords", "sine"} <= {template["name"] for template in told["templates"]}
    assert json.loads(_run("new", "sine", "--format", "json").stdout) == {"folder": "sine"}


def test_an_unknown_template_is_refused_with_the_names_of_the_others(folder: Path) -> None:
    result = _run("new", "nothing")
    assert result.exit_code == 1
    assert "There is no template nothing. There are: " in result.stderr
    assert not (folder / "nothing").exists()


def test_a_folder_that_holds_something_is_left_alone(folder: Path) -> None:
    (folder / "sine").mkdir()
    (folder / "sine" / "notes.txt").write_text("mine", encoding="utf-8")
    result = _run("new", "sine")
    assert result.exit_code == 1
    assert "is not empty" in result.stderr
    assert [path.name for path in (folder / "sine").iterdir()] == ["notes.txt"]


def test_a_model_makes_a_project_that_checks(folder: Path) -> None:
    model = FOLDER / "sine" / "sine.tflite"
    result = _run("new", "--model", str(model), "own")
    assert result.exit_code == 0, result.output
    assert (folder / "own" / "models" / "sine.tflite").read_bytes() == model.read_bytes()
    assert _run("check", "own").stdout == "3 stages, 0 errors, 0 warnings\n"


def test_what_is_no_model_is_refused_and_leaves_nothing(folder: Path) -> None:
    (folder / "bad.tflite").write_bytes(b"nothing of the kind")
    result = _run("new", "--model", "bad.tflite")
    assert result.exit_code == 1
    assert "is not a model that can be used" in result.stderr
    assert not (folder / "bad").exists()

"""`rune new`: a project from a template or around a model, which checks at once."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.apply import apply_edits
from rune.project.files import FolderFiles
from rune.source.runefile import check
from rune.source.templates import FOLDER, list_templates
from rune.tools.cli import main


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
    manifest = json.loads((FOLDER / name / "template.json").read_text(encoding="utf-8"))
    files = {path.relative_to(folder / name).as_posix() for path in (folder / name).rglob("*") if path.is_file()}
    assert files == set(manifest["files"])


def test_a_template_goes_into_the_folder_that_is_named(folder: Path) -> None:
    assert _run("new", "sine", "my/app").exit_code == 0
    assert (folder / "my" / "app" / "Runefile.yml").is_file()


def test_without_a_name_the_templates_are_listed() -> None:
    result = _run("new")
    assert result.exit_code == 0
    assert any(line.startswith("sine ") for line in result.stdout.splitlines())


def test_templates_and_new_folders_are_told_as_json() -> None:
    payload = json.loads(_run("new", "--format", "json").stdout)
    assert {"keywords", "sine"} <= {template["name"] for template in payload["templates"]}
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
    assert "cannot be used as a model" in result.stderr
    assert not (folder / "bad").exists()


def _pixels(folder: Path) -> list[str]:
    """The capability of the picture, and the question if there is one."""
    text = (folder / "Runefile.yml").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip().startswith(("capability:", "# Open question:"))]


def test_a_model_that_does_not_say_its_range_of_pixels_gets_the_question_and_both_answers(
    folder: Path, test_data: Path
) -> None:
    model = str(test_data / "models" / "mlperf_ic_float.tflite")
    result = _run("new", "--model", model, "own")
    assert "does not say whether it reads pixels from 0 to 1 or from 0 to 255" in result.stderr
    question = "# Open question: does the model read pixels from 0 to 1, or from 0 to 255?"
    assert _pixels(folder / "own") == ["capability: IMAGE", question]
    files = FolderFiles(folder / "own")
    check_result = check(files, PUBLISHED_BLOCKS)
    (diagnostic,) = check_result.diagnostics
    assert (diagnostic.code, [fix.title for fix in diagnostic.fixes]) == ("RUNE0048", ["0 to 1, as it is", "0 to 255"])
    assert not any(fix.is_safe for fix in diagnostic.fixes)
    for fix, pixels in zip(diagnostic.fixes, ("0-1", "0-255"), strict=True):
        project = folder / pixels
        assert _run("new", "--model", model, str(project), "--pixels", pixels)
        lines = (project / "Runefile.yml").read_text(encoding="utf-8").splitlines(keepends=True)
        assert apply_edits(check_result.source.text, fix.edits) == "".join(line for line in lines if "#" not in line)
        assert _run("check", str(project)).stdout.endswith("0 errors, 0 warnings\n")


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("style_transform", ["capability: IMAGE", "capability: RAW"]),
        ("mlperf_ic_int8", ["capability: IMAGE"]),
        ("mobilenet_v2_uint8", ["capability: IMAGE"]),
        ("gesture", ["capability: ACCEL"]),
    ],
)
def test_a_model_whose_metadata_or_integers_decide_is_not_asked_about(
    model: str, expected: list[str], folder: Path, test_data: Path
) -> None:
    result = _run("new", "--model", str(test_data / "models" / f"{model}.tflite"), "own")
    assert (result.exit_code, result.stderr) == (0, "")
    assert _pixels(folder / "own") == expected


def test_an_unusual_range_is_made_and_told_with_its_reason(folder: Path, test_data: Path) -> None:
    result = _run("new", "--model", str(test_data / "models" / "cartoongan_dynamic.tflite"), "own")
    assert (
        "reads pixels from -1 to 1 (its metadata gives the mean 127.5 and the standard deviation 127.5)"
        in result.stderr
    )
    assert "    proc-block: scale\n" in (folder / "own" / "Runefile.yml").read_text()
    assert "0 errors, 0 warnings" in _run("check", "own").stdout


def test_pixels_are_said_of_a_model_alone() -> None:
    assert "--pixels goes with --model" in _run("new", "sine", "--pixels", "0-1").stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("0-255", ["capability: FLOAT_IMAGE"]),
        ("0-1", ["capability: IMAGE"]),
        (
            "",
            ["capability: IMAGE", "# Open question: does the model read pixels from 0 to 1, or from 0 to 255?"],
        ),
    ],
)
def test_a_terminal_is_asked(answer: str, expected: list[str], folder: Path, test_data: Path) -> None:
    keyboard, terminal = pty.openpty()
    try:
        model = test_data / "models" / "mlperf_ic_float.tflite"
        process = subprocess.Popen(
            [sys.executable, "-m", "rune.tools.cli", "new", "--model", str(model), "own"],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[5])},
        )
        os.write(keyboard, f"{answer}\n".encode())
        stdout, _ = process.communicate(timeout=60)
        prompt = os.read(keyboard, 4096).decode()
    finally:
        os.close(terminal)
        os.close(keyboard)
    assert b"Created the project own" in stdout
    assert "From 0 to 1, or from 0 to 255? (0-1, 0-255, unknown) [unknown]" in prompt
    assert _pixels(folder / "own") == expected


DIGITS = FOLDER / "digits"


def test_the_presets_that_fit_a_model_are_listed(folder: Path) -> None:
    result = _run("new", "--model", str(DIGITS / "digits.tflite"), "--inputs")
    assert result.exit_code == 0
    assert "f32[1, 28, 28, 1]" in result.stdout
    assert [line.split()[0] for line in result.stdout.splitlines()[2:]] == ["0-1", "signed", "0-255", "numbers"]
    assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_presets_are_tried_on_a_recording(folder: Path) -> None:
    labels = ("--labels", str(DIGITS / "labels.txt"))
    result = _run("new", "--model", str(DIGITS / "digits.tflite"), *labels, "--try", str(DIGITS / "7.png"))
    assert result.stdout.splitlines()[1].split()[:2] == ["0-1", "7"]
    assert list(folder.iterdir()) == []


def test_a_preset_and_labels_make_a_project_that_checks(folder: Path) -> None:
    labels = ("--labels", str(DIGITS / "labels.txt"))
    result = _run("new", "--model", str(DIGITS / "digits.tflite"), "--input", "signed", *labels, "own")
    assert result.exit_code == 0, result.stderr
    assert "to: -1..1" in (folder / "own" / "Runefile.yml").read_text().replace('"', "")
    assert _run("check", "own").exit_code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--input", "motion"], "gives no input"),
        (["--input", "0-1", "--input", "0-1"], "1 input"),
        (["--labels", "short.txt"], "11 classes, and 1 label"),
        (["--labels", "missing.txt"], "Unable to read"),
    ],
)
def test_choices_that_do_not_fit_the_model_are_refused_and_leave_nothing(
    options: list[str], message: str, folder: Path
) -> None:
    (folder / "short.txt").write_text("one\n")
    result = _run("new", "--model", str(DIGITS / "digits.tflite"), *options, "own")
    assert (result.exit_code, message in result.stderr) == (1, True), result.stderr
    assert not (folder / "own").exists()

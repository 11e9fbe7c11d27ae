"""`rune check` reports whatever `rune build` would refuse, in the same words, and warns of guessed ranges."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.digests import digest_of
from rune.tools.cli import main
from tests.support.cases import each_case
from tests.support.models.model_cases import refused_cases

ROOT = Path(__file__).parents[5]
SINE = (ROOT / "examples" / "sine" / "sine.tflite").read_bytes()
LYING = SINE.replace(struct.pack("<3i", 2, 1, 16), struct.pack("<3i", 2, 1, 15), 1)
MODEL = """\
version: 1
image: runicos/base
pipeline:
  x:
    capability: RAW
    outputs: [{type: %s, dimensions: [%s]}]
  brain:
    model: ./%s
    inputs: [x]
  out:
    out: serial
    inputs: [brain]
"""
LARGE = """\
version: 1
image: runicos/base
pipeline:
  huge:
    capability: RAW
    outputs: [{type: u8, dimensions: [268435456]}]
  out: {out: tensor, inputs: [huge]}
"""
ONNX = """\
version: 1
image: runicos/base
pipeline:
  x:
    capability: RAW
    outputs: [{type: f32, dimensions: [1, 1280]}]
  mel:
    model: ./melspectrogram.onnx
    args: {format: onnx}
    inputs: [x]
    outputs: [{type: f32, dimensions: [1, 1, 5, 32]}]
  out: {out: serial, inputs: [mel]}
"""
HOSTED = next(case.data for case in refused_cases() if case.name == "custom")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def write(folder: Path, runefile: str, files: dict[str, bytes]) -> None:
    (folder / "Runefile.yml").write_text(runefile, encoding="utf-8")
    for name, data in files.items():
        (folder / name).write_bytes(data)


REFUSED = {
    "a model that contradicts itself": (MODEL % ("f32", "1, 1", "m.tflite"), {"m.tflite": LYING}, (), "RUNE0081"),
    "more memory than a rune may have": (LARGE, {}, (), "RUNE0082"),
    "an ONNX model on a target without a host": (
        ONNX,
        {"melspectrogram.onnx": b"onnx"},
        ("--target", "c"),
        "RUNE0083",
    ),
    "operators that TFLite Micro lacks": (
        MODEL % ("f32", "1, 6", "m.tflite"),
        {"m.tflite": HOSTED, "forge.yml": b"build: {match: tflm}\n"},
        (),
        "RUNE0084",
    ),
}


@each_case("name", sorted(REFUSED))
def test_what_a_build_refuses_a_check_refuses_in_the_same_words(folder: Path, name: str) -> None:
    runefile, files, options, code = REFUSED[name]
    write(folder, runefile, files)
    build_run = run("build", *options, "--format", "json")
    check_run = run("check", *options, "--format", "json")
    refusals, problems = (json.loads(each.stdout)["diagnostics"] for each in (build_run, check_run))
    assert [each["code"] for each in refusals if each["severity"] == "error"] == [code]
    assert (build_run.exit_code, check_run.exit_code) == (1, 1)
    assert problems == refusals


def test_what_can_be_built_is_green_for_each_target(folder: Path) -> None:
    write(folder, MODEL % ("f32", "1, 1", "sine.tflite"), {"sine.tflite": SINE})
    result = run("check", "--target", "wasm32", "--target", "c", "--target", "cortex-m4")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "3 stages, 0 errors, 0 warnings\n", "")


def test_a_target_that_lacks_something_is_named_once_beside_one_that_does_not(folder: Path) -> None:
    write(folder, ONNX, {"melspectrogram.onnx": b"onnx"})
    assert run("check").exit_code == 0
    result = run("check", "--target", "wasm32", "--target", "c", "--target", "cortex-m4")
    assert result.exit_code == 1
    assert result.stderr.count("error[RUNE0083]") == 2
    assert "The target c has no host" in result.stderr
    assert "The target cortex-m4 has no host" in result.stderr


def test_an_unknown_target_is_a_usage_error(folder: Path) -> None:
    write(folder, LARGE, {})
    result = run("check", "--target", "m68k")
    assert (result.exit_code, "m68k" in result.stderr) == (2, True)


def record(*, is_guess: bool, data: bytes = SINE) -> bytes:
    samples = {"kind": "random" if is_guess else "files", "calibration": 64, "ranges": [[-1.0, 1.0]]}
    return json.dumps(
        {"digest": digest_of(data), "samples": samples | ({"is_guess": True} if is_guess else {})}
    ).encode()


def test_a_model_with_guessed_ranges_is_a_warning_of_check_build_and_verify(folder: Path) -> None:
    files = {"sine.tflite": SINE, "sine.provenance.json": record(is_guess=True)}
    write(folder, MODEL % ("f32", "1, 1", "sine.tflite"), files)
    check_run, build_run, verify_run = run("check"), run("build"), run("verify", ".", "--runs", "1")
    assert (check_run.exit_code, build_run.exit_code, verify_run.exit_code) == (0, 0, 0)
    words = 'The ranges of the model "sine.tflite" were measured on random numbers'
    assert f"warning[RUNE0127]: {words}" in check_run.stderr
    assert "1 warning" in check_run.stdout
    assert words in build_run.stderr
    assert words in verify_run.stderr


@pytest.mark.parametrize(
    "contents",
    [
        record(is_guess=False),
        record(is_guess=True, data=b"another file"),
        b"{}",
        b"[1]",
        b'{"samples": 1}',
        b"\xff{",
        b"[" * 100_000,
        b'{"samples": ' + b"1" * 5000 + b"}",
    ],
)
def test_a_record_that_says_no_such_thing_is_no_warning(folder: Path, contents: bytes) -> None:
    files = {"sine.tflite": SINE, "sine.provenance.json": contents}
    write(folder, MODEL % ("f32", "1, 1", "sine.tflite"), files)
    assert run("check").stderr == ""

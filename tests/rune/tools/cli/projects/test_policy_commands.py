"""The output of `rune check`, `rune build` and `rune evaluate` about a project's forge.yml."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from rune.tools.cli import main

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  input:
    capability: RAW
    args: {length: 8}
    outputs: [{type: f32, dimensions: [2]}]
  output:
    out: SERIAL
    inputs: [input]
"""
RULES = "limits: {size: 10 B, memory: 1 MB, inference-time: 1 s, accuracy: 60 %, recall: {0: 90 %}}\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "Runefile.yml").write_text(RUNEFILE)
    (folder / "forge.yml").write_text(RULES)
    return folder


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Two samples of the label 0, of which the rune takes one for 1, and one of the label 1."""
    folder = tmp_path / "samples"
    for name, first, second in (("0/a.raw", 1, 0), ("0/b.raw", 0, 1), ("1/c.raw", 0, 1)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(struct.pack("<2f", first, second))
    return folder


def test_a_build_tells_of_missed_limits_that_it_can_judge_and_of_no_other(project: Path) -> None:
    result = run("build", project)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "✗ Size: missed." in result.stderr
    assert "Memory" not in result.stderr
    assert "Accuracy" not in result.stderr
    limits = json.loads(run("build", project, "--format", "json").stdout)["limits"]
    assert [(each["limit"]["kind"], each["outcome"]) for each in limits] == [("size", "missed"), ("memory", "met")]


@pytest.mark.slow
def test_an_evaluation_judges_all_limits_and_its_status_says_whether_they_are_met(project: Path, samples: Path) -> None:
    result = run("evaluate", project, "--samples", samples)
    assert result.exit_code == 1
    for line in (
        "✗ Size: missed.",
        "✓ Memory: met.",
        "✓ Inference time: met.",
        "✓ Accuracy: met.",
        "✗ Recall of 0: missed.",
    ):
        assert line in result.stdout
    (project / "forge.yml").write_text("limits: {memory: 1 MB, accuracy: 60 %}\n")
    assert run("evaluate", project, "--samples", samples).exit_code == 0


@pytest.mark.slow
def test_each_limit_is_a_case_for_ci(project: Path, samples: Path) -> None:
    root = ElementTree.fromstring(run("evaluate", project, "--samples", samples, "-f", "junit").stdout)
    (suite,) = root.findall("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("8", "3")
    (failure,) = suite.findall("testcase[@name='Recall of 0']/failure")
    assert "50 %, and the limit is at least 90 %." in str(failure.get("message"))


def test_rules_that_cannot_be_read_stop_a_build_and_a_check_says_where(project: Path) -> None:
    (project / "forge.yml").write_text("limits:\n  sise: 1 kB\n")
    check_result = run("check", project, "--format", "json")
    assert check_result.exit_code == 1
    (diagnostic,) = json.loads(check_result.stdout)["diagnostics"]
    assert (diagnostic["file"], diagnostic["code"], diagnostic["span"]["start"]["line"]) == ("forge.yml", "RUNE0008", 2)
    build_result = run("build", project)
    assert build_result.exit_code == 1
    assert "did you mean" in build_result.stderr.lower()
    assert "Error: forge.yml has an error" in build_result.stderr
    assert not (project / "app.rune").exists()


@pytest.mark.slow
def test_a_build_is_for_what_forge_yml_says_and_an_option_says_otherwise(project: Path, tmp_path: Path) -> None:
    (project / "forge.yml").write_text("build: {optimize: size, match: tflm}\n")

    def built(*options: str) -> tuple[str, str]:
        result = run("build", project, "-o", tmp_path / "app.rune", "--format", "json", *options)
        assert result.exit_code == 0, result.output
        report = json.loads(result.stdout)["report"]
        return report["optimized_for"], report["profile"]

    assert built() == ("size", "tflite-micro")
    assert built("--optimize", "balanced", "--match", "litert") == ("balanced", "litert-reference")
    # A wish that a target has no variant for leaves it as it is; an option is refused.
    (project / "forge.yml").write_text("build: {optimize: speed, optimize-packages: speed}\n")
    assert built("--target", "wasm32-mvp") == ("balanced", "litert-reference")
    assert run("build", project, "-o", tmp_path / "x.rune", "--target", "wasm32-mvp", "--optimize", "speed").exit_code
    (project / "forge.yml").write_text("build: {optimize: fast}\n")
    failure = run("build", project, "-o", tmp_path / "y.rune")
    assert failure.exit_code == 1
    assert "one of `size`, `balanced`, `speed`" in failure.output
    assert not (tmp_path / "y.rune").exists()

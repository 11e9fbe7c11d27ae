"""The tests of blocks that the pipeline runs belong to a build; other Python of the project is its own affair."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from rune.project.files import MemoryFiles
from rune.source.runefile.pipeline_tests import pipeline_tests
from rune.tools.cli import main
from tests.support.cases import each_case

BLOCK = """
def half(x: f32["n"]) -> f32["n"]:
    y = f32[len(x)]()
    for i in range(len(x)):
        y[i] = x[i] / 2.0
    return y
"""
TEST = """
def test_it_halves():
    assert half([2.0]) == [1.0]
"""
RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  numbers: {capability: RAW, outputs: [{type: F32, dimensions: [4]}]}
  half: {proc-block: "./half.py", inputs: [numbers], outputs: [{type: F32, dimensions: [4]}]}
  serial: {out: serial, inputs: [half]}
"""
SCRIPT = "import tensorflow as tf\n\n\nclass Trainer(tf.Module):\n    pass\n"
SCRIPT_TEST = "import unittest\n\n\nclass TrainerTest(unittest.TestCase):\n    def test_it(self):\n        pass\n"
FILES = {
    "Runefile.yml": RUNEFILE,
    "half.py": BLOCK,
    "half_test.py": TEST,
    "train/trainer.py": SCRIPT,
    "train/trainer_test.py": SCRIPT_TEST,
    "double.py": BLOCK.replace("half", "double"),
    "double_test.py": "def test_broken(:\n",
}


def test_tests_of_the_pipelines_blocks_belong_to_it() -> None:
    files = MemoryFiles({path: text.encode() for path, text in FILES.items()})
    assert pipeline_tests(files) == ("half_test.py",)


@each_case("runefile", ["", "pipeline: [", "FROM x\n", RUNEFILE.replace("./half.py", "hotg-ai/fft")])
def test_without_such_a_stage_there_is_none(runefile: str) -> None:
    files = MemoryFiles({path: text.encode() for path, text in (FILES | {"Runefile.yml": runefile}).items()})
    assert pipeline_tests(files) == ()


@pytest.mark.slow
def test_a_folder_with_training_scripts_is_built(tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    result = CliRunner().invoke(main, ["build", str(tmp_path), "-o", str(tmp_path / "half.rune"), "--verbose"])
    assert result.exit_code == 0, result.output
    assert "1 test of 1 block passed" in result.output


@pytest.mark.slow
def test_a_failing_test_of_its_block_still_fails_the_build(tmp_path: Path) -> None:
    for path, text in (FILES | {"half_test.py": TEST.replace("1.0]", "3.0]")}).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    result = CliRunner().invoke(main, ["build", str(tmp_path), "-o", str(tmp_path / "half.rune")])
    assert result.exit_code == 1
    assert "half_test.py:3" in result.output

"""A model whose file does not say the dimensions of its output: the Runefile says them, and the run must agree."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import read_model, signature
from rune.project.files import MemoryFiles
from rune.running.runtime import Runtime
from rune.running.runtime.errors import ModelRunError
from rune.source.runefile import check
from rune.tools.cli import main
from tests.support.models.tflite_graphs import open_output

RUNEFILE = """
version: 1
image: runicos/base
pipeline:
  sizes:
    capability: RAW
    args: {length: 8}
    outputs: [{type: i32, dimensions: [2]}]
  fill:
    model: fill.tflite
    inputs: [sizes]
    outputs: [{type: f32, dimensions: [2, 3]}]
  out:
    out: TENSOR
    inputs: [fill]
"""


def project(text: str = RUNEFILE) -> MemoryFiles:
    return MemoryFiles({"Runefile.yml": text.encode(), "fill.tflite": open_output()})


@pytest.mark.slow
def test_what_the_runefile_says_of_an_open_output_counts() -> None:
    files = project()
    report = check(files, PUBLISHED_BLOCKS, signatures=lambda path: signature(read_model(files.read(path))))
    assert report.diagnostics == ()
    result = build(files, BuildOptions("fill"))
    (model,) = result.report.models
    assert model.runs == "host"
    rune = Runtime.load(result.rune)
    for _ in range(2):
        (message,) = rune.call({rune.capabilities[0].id: struct.pack("<2i", 2, 3)})
        assert message.tensors[0].dimensions == (2, 3)
        assert message.tensors[0].elements == (2.5,) * 6


@pytest.mark.slow
@pytest.mark.protects("runes/open-outputs")
def test_a_run_that_gives_other_dimensions_says_what_to_write() -> None:
    rune = Runtime.load(build(project(), BuildOptions("fill")).rune)
    with pytest.raises(ModelRunError, match=r"the rune holds it for f32\[2, 3\]; write f32\[3, 2\] in the Runefile"):
        rune.call({rune.capabilities[0].id: struct.pack("<2i", 3, 2)})


def test_elements_of_another_type_are_an_error() -> None:
    files = project(RUNEFILE.replace("type: f32", "type: i32"))
    report = check(files, PUBLISHED_BLOCKS, signatures=lambda path: signature(read_model(files.read(path))))
    assert [one.severity.value for one in report.diagnostics] == ["error"]


@pytest.mark.slow
def test_one_element_is_one_element_however_it_is_written() -> None:
    files = project(RUNEFILE.replace("[2, 3]", "[1, 1]"))
    rune = Runtime.load(build(files, BuildOptions("fill")).rune)
    (message,) = rune.call({rune.capabilities[0].id: struct.pack("<2i", 1, 1)})
    assert message.tensors[0].elements == (2.5,)


def test_model_info_says_that_dimensions_come_with_a_run(tmp_path: Path) -> None:
    path = tmp_path / "fill.tflite"
    path.write_bytes(open_output())
    text = CliRunner().invoke(main, ["model-info", str(path)]).stdout
    assert "\tt: Float32[], one number or known once the model ran\n" in text
    (output,) = json.loads(CliRunner().invoke(main, ["model-info", str(path), "-f", "json"]).stdout)["outputs"]
    assert output["dims"] == []


def test_a_new_project_of_such_a_model_says_where_to_write_them(tmp_path: Path) -> None:
    model = tmp_path / "fill.tflite"
    model.write_bytes(open_output())
    result = CliRunner().invoke(main, ["new", "--model", str(model), str(tmp_path / "filled")])
    assert result.exit_code == 0, result.output
    text = next((tmp_path / "filled").rglob("Runefile.yml")).read_text()
    assert "# One number, or known once the model ran: then write its dimensions here." in text

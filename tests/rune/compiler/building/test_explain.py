"""`rune build --explain`: what a build would do, as text, for every target; nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.abi import OutputKind
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.passes.optimise import optimise
from rune.compiler.anvil.reading.pipeline import read_pipeline
from rune.compiler.anvil.reports.explain import explanation
from rune.compiler.anvil.selection.select import select
from rune.compiler.building.building import build, explain
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target, targets
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.tensor import ElementType, TensorType
from rune.tools.cli import main
from tests.support.cases import each_case
from tests.support.compiler.pipelines import passing_on
from tests.support.compiler.programs.c_projects import model_project, template
from tests.support.models.model_cases import compiled_model

DIGITS = Path(__file__).parents[4] / "examples" / "digits"


def explained(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["build", *arguments, "--explain"])


@each_case("target", [target.name for target in targets()])
def test_each_target_is_explained_and_nothing_is_written(target: str, tmp_path: Path) -> None:
    place = tmp_path / "made"
    result = explained(str(DIGITS), "--target", target, "-o", str(place))
    assert result.exit_code == 0, result.output
    read, *passes = result.stdout.split("\n\nAfter ")
    assert read.startswith("As read: ")
    assert "QuantizeFloat32(%1)" in read
    by_rows = [] if target == "wasm32" else ["rows"]
    assert [each.partition(":")[0] for each in passes] == ["byte tables", *by_rows, "in place"]
    assert "ByteTable(%0)" in passes[0]
    assert "rune_byte_flip (portable/byte_table.h)" in result.stdout
    assert not place.exists()


@pytest.mark.slow
def test_the_memory_and_the_savings_are_those_of_the_build() -> None:
    files = template("digits")
    report = build(files, BuildOptions("digits")).report
    text = explain(files, BuildOptions("app"))
    assert f"\nMemory: {report.memory.arena:,} bytes\n" in text
    assert [each.name for each in report.passes] == ["byte tables", "in place"]
    byte_tables = report.to_json()["passes"][0]
    assert byte_tables == {
        "name": "byte tables",
        "steps": 1,
        "multiply_accumulates": 0,
        "constants": -256,
        "tensors": 28 * 28 * 4,
    }


def test_a_target_has_kernels_of_its_own() -> None:
    files = model_project(compiled_model("conv_2d_i8_same"))
    assert "rune_conv_2d_int8 (simd128/conv_2d.h)" in explain(files, BuildOptions("app"))
    assert "rune_conv_2d_int8 (portable/conv_2d.h)" in explain(files, BuildOptions("app", target=find_target("c")))


def test_a_name_writes_nothing_but_text() -> None:
    pipeline = passing_on(TensorType(ElementType.U8, (4,)), OutputKind.SERIAL, name="in\x1b[31m\nred")
    read = read_pipeline(pipeline, {})
    optimisation = optimise(read)
    program = select(optimisation.graph, WASM32)
    text = explanation(read, optimisation, program, plan(program, WASM32.limits))
    assert "\x1b" not in text
    assert "\nred" not in text


def test_errors_are_those_of_a_build(tmp_path: Path) -> None:
    runefile = "version: 1\nimage: runicos/base\npipeline: {out: {out: serial, inputs: [nowhere]}}\n"
    (tmp_path / "Runefile.yml").write_text(runefile, encoding="utf-8")
    result = explained(str(tmp_path))
    assert result.exit_code == 1
    assert "Error: There was a build error" in result.stderr
    assert result.stdout == ""


def test_an_explanation_is_text() -> None:
    result = explained(str(DIGITS), "--format", "json")
    assert result.exit_code == 2
    assert "--explain prints text" in result.stderr

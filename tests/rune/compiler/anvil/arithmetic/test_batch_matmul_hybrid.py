"""BATCH_MATMUL of floats with constant weights of int8 gives the reference's bytes; what the reference computes
otherwise, and a page's interpreter wrongly, is not compiled."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from click.testing import CliRunner

from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.anvil.operation import ModelOp
from rune.compiler.anvil.ops import OPERATIONS
from rune.compiler.anvil.ops.convolution.hybrid import HybridConv2D
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import Model, read_model, signature
from rune.project.files import MemoryFiles
from rune.source.runefile.codes import Code
from rune.source.runefile.model_inputs.starter import starter
from rune.tools.cli import main
from tests.support.cases import each_case
from tests.support.compiler.any_model import use_model
from tests.support.models.reference.further_models import batch_matmul
from tests.support.models.reference.make_models import answers, make
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

Shape = tuple[int, ...]


def model(left: Shape, right: Shape, *, turned: bool, asymmetric: bool, zero_point: int = 0) -> bytes:
    """A file with one such operator."""

    def layers(g: Layers) -> list[ModelValue]:
        return [batch_matmul(g, g.input(left, "float32"), g.constant(right, "int8"), False, turned)]

    file: Any = schema.ModelT.InitFromPackedBuf(make(f"hybrid {left} {right} {turned} {asymmetric}", layers), 0)
    (graph,) = file.subgraphs
    graph.operators[0].builtinOptions.asymmetricQuantizeInputs = asymmetric
    graph.tensors[graph.operators[0].inputs[1]].quantization.zeroPoint = [zero_point]
    return packed(file)


def packed(file: Any) -> bytes:

    builder = flatbuffers.Builder(1024)
    builder.Finish(file.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def work_of(read: Model) -> HybridConv2D:
    (operator,) = read.operators
    work = OPERATIONS["BATCH_MATMUL"].computation(ModelOp.of(read.tensors, operator))
    assert isinstance(work, HybridConv2D)
    return work


@each_case(("turned", "asymmetric"), list(product((False, True), repeat=2)))
def test_rows_of_floats_give_the_bytes_of_the_reference(turned: bool, asymmetric: bool) -> None:
    generator = np.random.default_rng(5)
    for shape in ((1, 7), (3, 7), (1, 3, 7), (4, 2, 7)):
        data = model(shape, (5, 7) if turned else (7, 5), turned=turned, asymmetric=asymmetric)
        numbers = [generator.normal(0, 3, shape).astype("<f4") for _ in range(10)]
        work = work_of(read_model(data))
        expected = answers(data, [[each.tobytes()] for each in numbers])
        assert [[work.evaluate(each)[0].astype("<f4").tobytes()] for each in numbers] == expected
        assert use_model(data)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: model((2, 2, 3, 7), (7, 5), turned=False, asymmetric=False),  # the reference takes other rows' scales
        lambda: model((1, 3, 7), (1, 7, 5), turned=False, asymmetric=False),
        lambda: model((3, 7), (7, 5), turned=False, asymmetric=False, zero_point=-9),
    ],
)
def test_what_is_no_such_layer_is_not_compiled(wrong: Callable[[], bytes]) -> None:
    (lacking,) = unsupported_ops(read_model(wrong()))
    assert (lacking.op, lacking.types) == ("BATCH_MATMUL", "float32 and int8 weights")


@pytest.mark.slow
def test_a_build_that_leaves_such_a_model_to_its_host_says_that_pages_give_wrong_numbers() -> None:
    data = model((3, 7), (7, 5), turned=False, asymmetric=False, zero_point=-9)
    text = starter(signature(read_model(data)), "model.tflite")
    files = MemoryFiles({"Runefile.yml": text.encode(), "model.tflite": data})
    (warning,) = [
        each
        for each in build(files, BuildOptions("hybrid")).diagnostics
        if each.code == Code.UNSUPPORTED_OPERATORS.value
    ]
    assert "Results in pages are wrong" in warning.message
    assert "BATCH_MATMUL with float32 and int8 weights" in warning.message


@pytest.mark.slow
def test_so_does_one_that_leaves_one_to_its_host_that_could_be_compiled(tmp_path: Path) -> None:
    data = model((3, 7), (7, 5), turned=False, asymmetric=False)
    text = starter(signature(read_model(data)), "model.tflite")
    files = {"Runefile.yml": text.encode(), "model.tflite": data}
    reports = {
        by_host: build(MemoryFiles(files), BuildOptions("hybrid", host_models=by_host)).report.models[0]
        for by_host in (True, False)
    }
    assert not reports[True].unsupported
    assert (reports[True].wrong_in_pages, reports[False].wrong_in_pages) == (("BATCH_MATMUL",), ())
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    result = CliRunner().invoke(main, ["build", str(tmp_path), "--host-models", "-o", str(tmp_path / "x.rune")])
    assert result.exit_code == 0, result.output
    assert (
        "warning: Pages give wrong numbers for model.tflite: their interpreter computes BATCH_MATMUL" in result.stderr
    )

"""Inner tensors of a pipeline and of a model can be watched, which changes nothing of what they compute."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from rune.abi import OutputKind
from rune.assessment.verify.instrumentation import instrumented_module
from rune.assessment.verify.models.probe import build_probe
from rune.compiler.anvil.errors import UnsupportedModel
from rune.model.tflite import read_model
from rune.port import Port
from rune.running.container import canonical_json
from rune.running.container.graph import graph_json
from rune.running.runtime import LoadedRune
from rune.tensor import ElementType, TensorType
from tests.support.compiler.pipelines import (
    TensorBytes,
    loaded,
    models_pipeline,
    module_of,
    passing_on,
    run,
    tensors_of,
)
from tests.support.models.model_cases import model_cases, refused_cases


def watched_tensors(rune: LoadedRune, inputs: Sequence[bytes]) -> list[TensorBytes]:
    """The tensors of the watched wires in one run, in their order."""
    assert not run(rune, inputs)
    return [tensor for message in rune.watched.values() for tensor in tensors_of(message.data)]


def test_a_watched_wire_is_sent_beside_what_the_pipeline_sends() -> None:
    kind = TensorType(ElementType.U8, (3,))
    port = Port("in", 0)
    rune = loaded(instrumented_module(passing_on(kind, OutputKind.SERIAL), [port], {}))
    (serial,) = run(rune, [b"\1\2\3"])
    assert b'"elements":[1,2,3]' in serial.data
    assert [request.kind for request in rune.outputs] == [OutputKind.SERIAL]
    assert {port: tensors_of(message.data) for port, message in rune.watched.items()} == {port: [(kind, b"\1\2\3")]}


def test_a_watched_wire_is_no_output_of_the_graph() -> None:
    pipeline = passing_on(TensorType(ElementType.U8, (3,)), OutputKind.SERIAL)
    graph = graph_json(pipeline, "x", watched_ports=[Port("in", 0)])
    assert list(graph["outputs"]) == ["out"]
    (tensor,) = graph["tensors"]
    assert graph["requests"]["watched"] == [{"stage": "in", "index": 0, "tensor": tensor}]
    without = graph_json(pipeline, "x")
    assert {**graph, "requests": without["requests"]} == without
    # An unwatched rune keeps its bytes: this is the section of before wires could be listed.
    digest = hashlib.sha256(canonical_json(without)).hexdigest()
    assert digest == "b73826e26dc6e772dc7c949c8f974db1460246225eb68d410c0fe0f9d975727e"


def test_a_port_that_is_not_there_cannot_be_watched() -> None:
    pipeline = passing_on(TensorType(ElementType.U8, (3,)), OutputKind.SERIAL)
    for port in (Port("gone", 0), Port("out", 0), Port("in", 1)):
        with pytest.raises(ValueError, match=port.stage):
            instrumented_module(pipeline, [port], {})


@pytest.mark.slow
def test_a_probe_gives_what_the_model_gives_and_what_is_on_the_way() -> None:
    case = next(case for case in model_cases() if case.name == "chain_i8_residual")
    model = read_model(case.data)
    inner = [index for operator in model.operators for index in operator.outputs]
    probe = loaded(build_probe(model, [*inner, *model.outputs]))
    for each in case.runs:
        tensors = watched_tensors(probe, each.inputs)
        assert [data for _, data in tensors[len(inner) :]] == list(each.outputs)
        assert [kind for kind, _ in tensors] == [model.tensors[index].type for index in (*inner, *model.outputs)]
        assert tensors[inner.index(model.outputs[0])] == tensors[len(inner)]
    plain = loaded(module_of(models_pipeline({"m": model}), {"m": model}))
    assert tensors_of(run(plain, case.runs[0].inputs)[0].data)[0][1] == case.runs[0].outputs[0]


@pytest.mark.slow
def test_every_inner_tensor_of_a_real_model_is_the_references(test_data: Path) -> None:
    path = test_data / "models" / "mlperf_kws_int8.tflite"
    reference = Interpreter(
        model_path=str(path),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    reference.allocate_tensors()
    model = read_model(path.read_bytes())
    inner = [index for operator in model.operators for index in operator.outputs]
    probe = loaded(build_probe(model, inner))
    (detail,) = reference.get_input_details()
    numbers = np.random.default_rng(5).integers(-128, 128, detail["shape"]).astype(np.int8)
    reference.set_tensor(detail["index"], numbers)
    reference.invoke()
    for index, (_, actual) in zip(inner, watched_tensors(probe, [numbers.tobytes()]), strict=True):
        assert actual == reference.get_tensor(index).tobytes(), model.tensors[index].name


def test_what_cannot_be_probed_is_refused() -> None:
    model = read_model(next(case.data for case in model_cases() if case.name == "chain_i8_residual"))
    with pytest.raises(ValueError, match="tensor 999 cannot be sent"):
        build_probe(model, [999])
    with pytest.raises(UnsupportedModel):
        build_probe(read_model(next(case.data for case in refused_cases() if case.name == "relu_0_to_1_i8")), [0])

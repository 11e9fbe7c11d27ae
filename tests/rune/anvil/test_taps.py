"""Inner tensors of a pipeline and of a model can be looked at, and looking changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from rune import anvil
from rune.abi import Output
from rune.anvil.taps import tapped
from rune.container import graph_json
from rune.runefile.pipeline import OutputStage, Port
from rune.tensor import ElementType, TensorType
from rune.tflite import read_model
from rune.verify.probe import build_probe
from tests.model_cases import model_cases, refused_cases
from tests.rune.anvil.pipelines import loaded, models_pipeline, module_of, passing_on, run, tensors_of


def test_a_tapped_pipeline_sends_a_port_that_it_sent_in_another_way() -> None:
    kind = TensorType(ElementType.U8, (3,))
    pipeline = tapped(passing_on(kind, Output.SERIAL), [Port("in", 0), Port("in", 0)])
    assert pipeline.stages[-1] == OutputStage("in.0", Output.TENSOR, (Port("in", 0),))
    serial, tensor = run(loaded(module_of(pipeline)), [b"\1\2\3"])
    assert b'"elements":[1,2,3]' in serial.data
    assert tensors_of(tensor.data) == [(kind, b"\1\2\3")]
    assert list(graph_json(pipeline, "x")["outputs"]) == ["out", "in.0"]


def test_a_port_that_is_not_there_cannot_be_tapped() -> None:
    pipeline = passing_on(TensorType(ElementType.U8, (3,)), Output.SERIAL)
    for port in (Port("gone", 0), Port("out", 0)):
        with pytest.raises(ValueError, match=port.stage):
            tapped(pipeline, [port])


def test_a_probe_gives_what_the_model_gives_and_what_is_on_the_way() -> None:
    case = next(case for case in model_cases() if case.name == "chain_i8_residual")
    model = read_model(case.data)
    inner = [index for operator in model.operators for index in operator.outputs]
    probe = loaded(build_probe(model, [*inner, *model.outputs]))
    for each in case.runs:
        sent = [tensor for message in run(probe, each.inputs) for tensor in tensors_of(message.data)]
        assert [data for _, data in sent[len(inner) :]] == list(each.outputs)
        assert [kind for kind, _ in sent] == [model.tensors[index].type for index in (*inner, *model.outputs)]
        assert sent[inner.index(model.outputs[0])] == sent[len(inner)]
    plain = loaded(module_of(models_pipeline({"m": model}), {"m": model}))
    assert tensors_of(run(plain, case.runs[0].inputs)[0].data)[0][1] == case.runs[0].outputs[0]


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
    (taken,) = reference.get_input_details()
    numbers = np.random.default_rng(5).integers(-128, 128, taken["shape"]).astype(np.int8)
    reference.set_tensor(taken["index"], numbers)
    reference.invoke()
    for index, message in zip(inner, run(probe, [numbers.tobytes()]), strict=True):
        ((_, given),) = tensors_of(message.data)
        assert given == reference.get_tensor(index).tobytes(), model.tensors[index].name


def test_what_cannot_be_probed_is_refused() -> None:
    model = read_model(next(case.data for case in model_cases() if case.name == "chain_i8_residual"))
    with pytest.raises(ValueError, match="tensor 999 cannot be sent"):
        build_probe(model, [999])
    with pytest.raises(anvil.UnsupportedModel):
        build_probe(read_model(next(case.data for case in refused_cases() if case.name == "tanh_i8")), [0])

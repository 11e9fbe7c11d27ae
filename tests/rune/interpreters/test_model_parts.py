"""A model that is run in parts gives what it gives as a whole; what cannot be cut is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from rune.abi import ModelFormat
from rune.model.profile import LITERT
from rune.model.tflite import read_model
from rune.running.runtime.errors import ModelLoadError
from rune.running.runtime.interpreters import open_isolated, tflite
from rune.running.runtime.interpreters.model_parts import (
    WITHOUT_REFERENCE_KERNEL,
    PartedInterpreter,
    lacks_reference,
    parts_of,
)
from tests.support.models.model_cases import compiled_model, model_cases
from tests.support.models.reference.control_models import branch
from tests.support.models.reference.logic_models import truths
from tests.support.models.reference.make_models import make
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue
from tests.support.models.reference.state_models import delayed

MODULE = "rune.running.runtime.interpreters.model_parts"
CUT_AT = ("ADD", "CONV_2D", "DEPTHWISE_CONV_2D", "DEQUANTIZE", "FULLY_CONNECTED", "RELU", "RESHAPE", "SVDF", "SPLIT")


def of_five(op: str) -> bytes:
    return make(op, lambda g: [g.unary(op, g.input((1, 5), "float32"))])


def with_reference_kernels(file: bytes, _has_reference: bool) -> Any:
    interpreter = Interpreter(
        model_content=file, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1
    )
    interpreter.allocate_tensors()
    return interpreter


def set_inputs(interpreter: Any, inputs: tuple[bytes, ...]) -> None:
    for detail, data in zip(interpreter.get_input_details(), inputs, strict=True):
        numbers = np.frombuffer(data, detail["dtype"]).reshape(detail["shape"])
        interpreter.set_tensor(detail["index"], numbers)


@pytest.mark.parametrize("op", sorted(WITHOUT_REFERENCE_KERNEL))
def test_litert_has_no_reference_kernel_for_what_is_said_to_have_none(op: str) -> None:
    with pytest.raises(ValueError, match=f"Didn't find op for builtin opcode '{op}'"):
        with_reference_kernels(of_five(op), False)
    numbers = np.array([[-2, -0.5, 0, 0.5, 2]], np.float32)
    (output,) = tflite.open_tflite(of_five(op), reference=True).run([numbers.tobytes()])
    assert len(output) == numbers.nbytes


@pytest.mark.slow
def test_a_model_that_is_cut_anywhere_gives_what_it_gives_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{MODULE}.WITHOUT_REFERENCE_KERNEL", frozenset(CUT_AT))
    most, case_count = 0, 0
    for case in model_cases():
        model = read_model(case.data)
        if "_elu" in f"_{case.name}" or not lacks_reference(model):
            continue
        try:
            parted = PartedInterpreter(model, case.data, with_reference_kernels)
        except ModelLoadError:
            continue
        most = max(most, len(parts_of(model)))
        for run in case.runs:
            set_inputs(parted, run.inputs)
            parted.invoke()
            outputs = [parted.get_tensor(detail["index"]).tobytes() for detail in parted.get_output_details()]
            assert outputs == list(run.outputs), case.name
        case_count += 1
    assert most > 5
    assert case_count > 200


def test_only_the_operators_without_a_reference_kernel_are_run_with_another() -> None:
    model = read_model(compiled_model("chain_i8_elu"))
    ops = [[model.operators[number].op for number in range(part.start, part.end)] for part in parts_of(model)]
    assert [part.has_reference for part in parts_of(model)] == [True, False, True, False, True]
    assert ops == [["CONV_2D"], ["ELU"], ["CONV_2D"], ["ELU"], ["ADD", "RESHAPE", "FULLY_CONNECTED"]]
    assert parts_of(model)[0].inputs == model.inputs
    assert set(parts_of(model)[4].inputs) == {*parts_of(model)[0].outputs, *parts_of(model)[3].outputs}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["chain_i8_elu", "chain_f32_elu"])
def test_a_process_of_its_own_gives_what_is_recorded(name: str) -> None:
    case = next(case for case in model_cases() if case.name == name)
    reference = open_isolated(ModelFormat.TENSORFLOW_LITE.mimetype, case.data, reference=LITERT)
    assert [reference.run(run.inputs) for run in case.runs] == [run.outputs for run in case.runs]
    reference.close()


def test_the_tensors_between_the_parts_can_be_read() -> None:
    case = next(case for case in model_cases() if case.name == "chain_i8_elu")
    model = read_model(case.data)
    reference = tflite.open_tflite(case.data, reference=True, keep=True)
    reference.run(case.runs[0].inputs)
    for operator in model.operators:
        size = model.tensors[operator.outputs[0]].count
        assert len(reference.tensor(operator.outputs[0])) == size, operator.op
    assert reference.tensor(model.inputs[0]) == case.runs[0].inputs[0]
    assert reference.tensor(model.outputs[0]) == case.runs[0].outputs[0]


def in_branch(g: Layers) -> list[ModelValue]:
    source = g.input((1, 4), "float32")
    then = Layers("then", g.random)
    then.graph = g.graph.subgraph("then")
    then.graph.returns(then.unary("ELU", then.input(source.shape, "float32")).index)
    options: Any = schema.IfOptionsT()
    options.thenSubgraphIndex = then.graph.number
    options.elseSubgraphIndex = branch(g, "else", source, "SUB").number
    output = g.output(source.shape, "float32")
    g.graph.operator("IF", [truths(g, (1,)).index, source.index], [output.index], options)
    return [output]


@pytest.mark.parametrize(
    ("build", "where"),
    [
        (in_branch, "in a graph that IF, WHILE or CALL_ONCE calls"),
        (lambda g: [delayed(g, g.unary("ELU", g.input((1, 3), "float32")), "state")], "beside variables"),
    ],
)
def test_what_cannot_be_cut_is_refused_by_name(build: Callable[[Layers], list[ModelValue]], where: str) -> None:
    with pytest.raises(ModelLoadError, match=f"no reference kernel for ELU, and the model has it {where}"):
        tflite.open_tflite(make("any", build), reference=True)

"""State of a model between runs: its first value, its reset, and the models that are refused for it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.compiler.anvil.graph import Value
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.anvil.ops.recurrence.svdf import SvdfFloat32
from rune.compiler.anvil.passes.dead_ops import dead_ops
from rune.model.tflite import Model, read_model
from tests.support.compiler.evaluated_graph import graph_of
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, run, tensors_of
from tests.support.compiler.programs.c_programs import CFolder, sources_of
from tests.support.compiler.template_projects import around, rune_of
from tests.support.models.model_cases import compiled_model
from tests.support.models.reference.make_models import make
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue
from tests.support.models.reference.state_models import StateVariable

Build = Callable[[Layers], list[ModelValue]]


def read(build: Build) -> Model:
    return read_model(make("any", build))


def delayed() -> Model:
    """Gives what it was given one run before; at first its first value."""

    def build(g: Layers) -> list[ModelValue]:
        source = g.input((1, 3), "float32")
        variable = StateVariable.with_first(g, "last", source)
        before = variable.read(g)
        variable.assign(g, source)
        return [before]

    return read(build)


def sent(model: Model, inputs: list[list[float]]) -> list[list[float]]:
    """The outputs of a new rune for each input in turn."""
    rune = loaded(module_of(models_pipeline({"model": model}), {"model": model}))
    answers = []
    for each in inputs:
        (message,) = run(rune, [np.array(each, np.float32).tobytes()])
        ((_, data),) = tensors_of(message.data)
        answers.append(np.frombuffer(data, np.float32).tolist())
    return answers


@pytest.mark.slow
def test_a_new_rune_begins_with_the_first_value() -> None:
    model = delayed()
    first = np.frombuffer(bytes(model.subgraphs[0].tensors[0].data or b""), np.float32).tolist()
    assert any(first)
    for _ in range(2):
        assert sent(model, [[1, 2, 3], [4, 5, 6], [0, 0, 0]]) == [first, [1, 2, 3], [4, 5, 6]]


RESETS = """
#include "state.h"
static float given[3] = {1, 2, 3}, first[3];
static struct rune_state_outputs outputs;
static int same(const float *expected)
{
    const struct rune_state_inputs inputs = {given};
    if (rune_state_run(&inputs, &outputs) != RUNE_STATE_OK)
        return 0;
    for (int i = 0; i < 3; i++)
        if (outputs.model_out[i] < expected[i] || outputs.model_out[i] > expected[i])
            return 0;
    return 1;
}
int main(void)
{
    const struct rune_state_inputs inputs = {given};
    if (rune_state_init() != RUNE_STATE_OK || rune_state_run(&inputs, &outputs) != RUNE_STATE_OK)
        return 1;
    for (int i = 0; i < 3; i++)
        first[i] = outputs.model_out[i];
    if (!same(given))
        return 2;
    rune_state_reset();
    return !same(first) || !same(given) ? 3 : 0;
}
"""


@pytest.mark.slow
def test_c_begins_again_after_a_reset(tmp_path: Path) -> None:
    models = {"model": delayed()}
    folder = CFolder.of(tmp_path, sources_of(models_pipeline(models), models, "state"))
    (tmp_path / "resets.c").write_text(RESETS)
    assert subprocess.run([folder.compiled(["-O1"], main="resets.c")], check=False).returncode == 0


@pytest.mark.slow
def test_verify_follows_what_is_kept_from_input_to_input() -> None:
    files = around(compiled_model("unidirectional_sequence_lstm_i8_plain"))
    verification = verify(files, rune_of(files), effort=VerificationEffort(inputs=4))
    assert verification.is_within, verification.sentence()
    assert verification.models[0].figures.is_identical


def test_an_op_that_keeps_something_is_not_dead_though_nothing_reads_its_output() -> None:
    graph, _, _ = graph_of(compiled_model("svdf_f32_plain"))
    alone = dead_ops(graph)
    assert [type(node.work) for node in alone.nodes] == [SvdfFloat32]
    forgetful = graph.with_values(
        {
            index: Value(value.name, value.type, data=value.initial)
            for index, value in enumerate(graph.values)
            if value.initial is not None
        }
    )
    assert dead_ops(forgetful).nodes == ()


def unassigned(g: Layers) -> list[ModelValue]:
    source = g.input((1, 3), "float32")
    variable = StateVariable.of(g, "never assigned before", source)
    before = variable.read(g)
    variable.assign(g, source)
    return [before]


def of_two_shapes(g: Layers) -> list[ModelValue]:
    source, other = g.input((1, 3), "float32"), g.input((1, 4), "float32", name="other")
    variable = StateVariable.of(g, "any", source)
    variable.assign(g, source)
    variable.assign(g, other)
    return [variable.read(g)]


def first_value_too_late(g: Layers) -> list[ModelValue]:
    source = g.input((1, 3), "float32")
    StateVariable.of(g, "any", source).assign(g, source)
    return [StateVariable.with_first(g, "any", source).read(g)]


@pytest.mark.parametrize("build", [unassigned, of_two_shapes, first_value_too_late], ids=lambda build: build.__name__)
def test_a_variable_that_cannot_be_known_is_refused_with_the_reason(build: Build) -> None:
    (why, *_) = [each.types for each in unsupported_ops(read(build)) if each.op == "READ_VARIABLE"]
    assert why.endswith("a variable that is not known, is read before it has a value, or changes its shape")


def test_an_op_that_cannot_keep_a_tensor_is_refused_one_that_changes() -> None:
    def build(g: Layers) -> list[ModelValue]:
        source = g.input((1, 3), "float32")
        variable = ModelValue(g.graph.variable("kept", (1, 3), "float32"), (1, 3), "float32")
        return [g.add(source, variable)]

    (problem,) = unsupported_ops(read(build))
    assert (problem.op, problem.types) == ("ADD", "float32, a tensor that changes between runs")

"""The ops' own references, in NumPy, give what TensorFlow Lite's reference kernels give, on every small model."""

from __future__ import annotations

from rune.model.tflite import read_model, signature
from rune.tensor import ElementType
from tests.rune.compiler.anvil.models.test_anvil_models import assert_close
from tests.support.cases import each_case
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.models.model_cases import ModelCase, by_operator, model_cases

BY_OPERATOR = by_operator(model_cases())


@each_case("cases", BY_OPERATOR.values(), ids=BY_OPERATOR)
def test_a_reference_gives_what_the_reference_kernels_give(cases: list[ModelCase]) -> None:
    for case in cases:
        _gives_what_the_reference_kernels_give(case)


def _gives_what_the_reference_kernels_give(case: ModelCase) -> None:
    model_signature = signature(read_model(case.data))
    actual_runs = evaluated_outputs(case.data, [run.inputs for run in case.runs])
    for run, outputs in zip(case.runs, actual_runs, strict=True):
        for actual, expected, tensor in zip(outputs, run.outputs, model_signature.outputs, strict=True):
            if tensor.type.element is ElementType.F32:
                assert_close(expected, actual, case.name)
            else:
                assert actual == expected, case.name

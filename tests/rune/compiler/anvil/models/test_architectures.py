"""Whole networks as Keras exports them, with an open batch and in all forms: compiled, they give what the reference
kernels give. `make prove` does it with all architectures of docs/reference/architectures.md.
"""

from __future__ import annotations

import pytest

from rune.model.tflite import read_model
from rune.tensor import ElementType
from tests.rune.compiler.anvil.models.test_anvil_models import assert_close
from tests.support.compiler.pipelines import TensorBytes, loaded, models_pipeline, module_of, run, tensors_of
from tests.support.models.model_cases import ModelCase, architecture_cases
from tests.support.shares import mostly_proved


def compiled(case: ModelCase) -> list[list[TensorBytes]]:
    """The outputs of a network in each of its runs."""
    models = {case.name: read_model(case.data)}
    rune = loaded(module_of(models_pipeline(models), models))
    return [tensors_of(run(rune, list(each.inputs))[0].data) for each in case.runs]


@pytest.mark.proof
@pytest.mark.parametrize("case", mostly_proved(architecture_cases(), 3, lambda case: case.name))
def test_a_network_gives_what_the_reference_gives(case: ModelCase) -> None:
    for expected_run, actual_run in zip(case.runs, compiled(case), strict=True):
        for expected, (kind, actual) in zip(expected_run.outputs, actual_run, strict=True):
            if kind.element is ElementType.F32:
                assert_close(expected, actual)
            else:
                assert actual == expected

"""Whole networks as Keras exports them, with an open batch and in all forms: compiled, they give what the reference
kernels give. `make prove` does it with all architectures of docs/reference/architectures.md.
"""

from __future__ import annotations

import pytest

from rune.model.tflite import read_model
from rune.tensor import ElementType
from tests.model_cases import ModelCase, architecture_cases
from tests.rune.compiler.anvil.pipelines import TensorBytes, loaded, models_pipeline, module_of, run, tensors_of
from tests.rune.compiler.anvil.test_anvil_models import assert_close


@pytest.fixture(scope="module")
def compiled() -> dict[str, list[list[TensorBytes]]]:
    """What each network gives in each of its runs, all of them in one module."""
    cases = architecture_cases()
    models = {case.name: read_model(case.data) for case in cases}
    rune = loaded(module_of(models_pipeline(models), models))
    found: dict[str, list[list[TensorBytes]]] = {case.name: [] for case in cases}
    for number in range(len(cases[0].runs)):
        messages = run(rune, [data for case in cases for data in case.runs[number].inputs])
        for case, message in zip(cases, messages, strict=True):
            found[case.name].append(tensors_of(message.data))
    return found


@pytest.mark.parametrize("case", architecture_cases(), ids=lambda case: case.name)
def test_a_network_gives_what_the_reference_gives(
    case: ModelCase, compiled: dict[str, list[list[TensorBytes]]]
) -> None:
    for expected_run, given_run in zip(case.runs, compiled[case.name], strict=True):
        for expected, (kind, given) in zip(expected_run.outputs, given_run, strict=True):
            if kind.element is ElementType.F32:
                assert_close(expected, given)
            else:
                assert given == expected

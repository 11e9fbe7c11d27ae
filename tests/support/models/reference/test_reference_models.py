"""The committed answers are still those of TensorFlow Lite's reference kernels."""

from __future__ import annotations

import pytest

from tests.support.models.model_cases import ModelCase, model_cases, refused_cases
from tests.support.models.reference.make_models import answers, make, models
from tests.support.models.reference.refused_models import refused

CASES = model_cases()


@pytest.mark.slow
def test_the_committed_answers_are_those_of_the_reference_kernels() -> None:
    assert [case.name for case in CASES if not _is_answered_as_committed(case)] == []


def _is_answered_as_committed(case: ModelCase) -> bool:
    return list(map(tuple, answers(case.data, [run.inputs for run in case.runs]))) == [run.outputs for run in case.runs]


def test_every_model_of_the_script_is_committed_and_no_other() -> None:
    assert {name for name, _ in models()} == {case.name for case in CASES}
    assert {name for name, _, _ in refused()} == {case.name for case in refused_cases()}


def test_a_model_depends_on_nothing_but_its_name() -> None:
    name, model = next(models())
    assert make(name, model) == make(name, model)

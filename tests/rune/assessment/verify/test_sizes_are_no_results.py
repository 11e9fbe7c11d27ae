"""Numbers that a model makes of sizes are known before it runs: they do not make a float model a quantised one."""

from __future__ import annotations

from rune.assessment.verify.models.sensitivity import is_all_float
from rune.model.tflite import read_model
from tests.support.models.model_cases import architecture_cases


def test_a_float_model_that_computes_a_shape_is_all_float() -> None:
    data = next(case.data for case in architecture_cases() if case.name == "tiny_conv_dynamic_range")
    model = read_model(data)
    assert "SHAPE" in {operator.op for operator in model.operators}
    assert is_all_float(model)


def test_a_quantised_model_is_not() -> None:
    data = next(case.data for case in architecture_cases() if case.name == "svdf_int8")
    assert not is_all_float(read_model(data))

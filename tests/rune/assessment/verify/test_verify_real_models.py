"""Models of the field, each in the project that is made for someone's own model: built, run and verified."""

from __future__ import annotations

from pathlib import Path

import pytest

from rune.assessment.verify.verification import ModelRunner
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.compiler.anvil.models.support import unsupported_ops
from rune.model.tflite import read_model
from tests.support.compiler.template_projects import around, rune_of
from tests.support.shares import mostly_proved

SMALL = (
    "gesture",
    "gesture_hybrid",
    "microspeech",
    "mlperf_ad_int8",
    "mlperf_ic_int8",
    "mlperf_kws_int8",
    "sine",
)
"""The others are verified too, in the long proofs."""


@pytest.mark.parametrize("name", mostly_proved(SMALL, 4))
def test_a_real_model_gives_what_the_reference_gives(name: str, test_data: Path) -> None:
    data = (test_data / "models" / f"{name}.tflite").read_bytes()
    files = around(data)
    verification = verify(files, rune_of(files), effort=VerificationEffort(inputs=4))
    assert verification.is_within, verification.sentence()
    (model,) = verification.models
    if unsupported_ops(read_model(data)):
        assert model.runs is ModelRunner.HOST
    else:
        assert model.inputs == 8
        assert model.figures.is_identical or model.is_float

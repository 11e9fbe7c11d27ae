"""The words and the JSON of a verification."""

from __future__ import annotations

import json

import pytest

from rune.assessment.verify.comparison import DeviationFigures
from rune.assessment.verify.runes.verification import RuneVerification
from rune.assessment.verify.verification import DifferingOp, ModelRunner, ModelVerification, Verification

SAME = ModelVerification("model", "m.tflite", ModelRunner.COMPILED, 20, DeviationFigures(200, 200))
WRONG = ModelVerification(
    "model",
    "m.tflite",
    ModelRunner.COMPILED,
    20,
    DeviationFigures(1960, 1960, 3, 3, 1.0, 0.01),
    first=DifferingOp(7, "CONV_2D", "conv/Relu", DeviationFigures(10, 10, 1, 1, 1.0, 0.1)),
)
NEAR = ModelVerification(
    "model", "m.tflite", ModelRunner.COMPILED, 1, DeviationFigures(10, 40, 12, 0, 3.1e-7, 1e-7), is_float=True
)
FAR = ModelVerification(
    "model", "m.tflite", ModelRunner.COMPILED, 2, DeviationFigures(10, 40, 12, 4, 0.25, 0.1), is_float=True
)
RAN = RuneVerification(20, 0, 100)
HOST_MODEL = ModelVerification("other", "o.tflite", ModelRunner.HOST)


@pytest.mark.parametrize(
    ("verification", "within", "sentence"),
    [
        (Verification("r", RAN, (SAME,)), True, "identical to the reference on 20 inputs"),
        (
            Verification("r", models=(WRONG,)),
            False,
            "model: 3 of 1,960 bytes differ by 1 at most, first at op 7 CONV_2D",
        ),
        (
            Verification("r", RAN, (NEAR,)),
            True,
            "within the tolerance of the reference on 1 input, differing by at most 3.1e-07",
        ),
        (
            Verification("r", models=(FAR, WRONG)),
            False,
            "model: 4 of 10 numbers differ from the reference by more than the tolerance, by 0.25 at most "
            "(and 1 other model)",
        ),
        (
            Verification("r", RAN, (SAME, HOST_MODEL)),
            True,
            "identical to the reference on 20 inputs; the host runs other",
        ),
        (Verification(models=(HOST_MODEL,)), True, "not verified: the host runs other"),
        (Verification(), True, "not verified: the rune was not compared with its pipeline: the time ran out"),
        (
            Verification("r", RuneVerification(refusal="nobody gave it LABELS"), (SAME,)),
            True,
            "not verified: the rune was not compared with its pipeline: nobody gave it LABELS",
        ),
        (Verification(rune=RAN), True, "the pipeline has no model; the rune gives the same 100 bytes on 20 inputs"),
        (
            Verification(rune=RuneVerification(failure="it does not load"), skipped="nothing is installed"),
            False,
            "the rune differs from what its pipeline builds: it does not load",
        ),
        (Verification(skipped="nothing is installed"), True, "skipped: nothing is installed"),
        (
            Verification("r", RuneVerification(20, 0, 100, 9, suspect="op 2 CONV_2D of model"), (SAME,)),
            False,
            "the rune's outputs differ from its pipeline's with these models: 9 of 100 bytes differ; "
            "the constants of op 2 CONV_2D of model are not in it",
        ),
        (
            Verification("r", RuneVerification(1, failure="it ended in a trap"), (SAME,)),
            False,
            "the rune differs from what its pipeline builds: it ended in a trap",
        ),
        (
            Verification("r", models=(ModelVerification("a", "a", ModelRunner.COMPILED, refusal="it crashed"),)),
            True,
            "not verified: a: not compared: it crashed",
        ),
    ],
)
def test_a_verification_in_one_sentence(verification: Verification, within: bool, sentence: str) -> None:
    assert verification.sentence() == sentence
    assert verification.is_within is within


@pytest.mark.parametrize(
    ("verification", "complete"),
    [
        (Verification("r", RAN, (SAME, HOST_MODEL)), True),
        (Verification(rune=RAN), True),
        (Verification(rune=RAN, models=(HOST_MODEL,)), False),
        (Verification("r", models=(SAME,)), False),
        (Verification("r", RAN, (SAME,), skipped="nothing is installed"), False),
        (Verification(), False),
    ],
)
def test_only_what_was_compared_is_complete(verification: Verification, complete: bool) -> None:
    assert verification.is_complete is complete


def test_a_verification_survives_json() -> None:
    verification = Verification(
        "r 1", RuneVerification(3, 1, 100, 2, "it fell", "op 1 ADD of a"), (WRONG, NEAR, HOST_MODEL)
    )
    text = json.dumps(verification.to_json(), allow_nan=False)
    assert Verification.from_json(json.loads(text)) == verification
    assert json.loads(text)["within"] is False


def test_what_a_stage_is_called_cannot_draw_on_a_terminal() -> None:
    evil = ModelVerification("\x1b[2J", "", ModelRunner.COMPILED, 1, DeviationFigures(1, 1, 1, 1, 1.0, 1.0))
    assert "\x1b" not in Verification("r", models=(evil,)).sentence()

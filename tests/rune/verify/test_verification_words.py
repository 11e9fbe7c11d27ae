"""What a verification says to people and as JSON."""

from __future__ import annotations

import json

import pytest

from rune.verify import DifferingOp, Figures, ModelVerification, RuneVerification, Runs, Verification

SAME = ModelVerification("model", "m.tflite", Runs.COMPILED, 20, Figures(200, 200))
WRONG = ModelVerification(
    "model",
    "m.tflite",
    Runs.COMPILED,
    20,
    Figures(1960, 1960, 3, 3, 1.0, 0.01),
    first=DifferingOp(7, "CONV_2D", "conv/Relu", Figures(10, 10, 1, 1, 1.0, 0.1)),
)
NEAR = ModelVerification("model", "m.tflite", Runs.COMPILED, 1, Figures(10, 40, 12, 0, 3.1e-7, 1e-7), is_float=True)
FAR = ModelVerification("model", "m.tflite", Runs.COMPILED, 2, Figures(10, 40, 12, 4, 0.25, 0.1), is_float=True)
HOSTED = ModelVerification("other", "o.tflite", Runs.HOST)


@pytest.mark.parametrize(
    ("verification", "within", "sentence"),
    [
        (Verification("r", models=(SAME,)), True, "identical to the reference on 20 inputs"),
        (
            Verification("r", models=(WRONG,)),
            False,
            "model: 3 of 1,960 bytes differ by 1 at most, first at op 7 CONV_2D",
        ),
        (
            Verification("r", models=(NEAR,)),
            True,
            "within what is allowed of the reference on 1 input, off by 3.1e-07 at most",
        ),
        (
            Verification("r", models=(FAR, WRONG)),
            False,
            "model: 4 of 10 numbers are further from the reference than is allowed, by 0.25 at most "
            "(and 1 other model)",
        ),
        (
            Verification("r", models=(SAME, HOSTED)),
            True,
            "identical to the reference on 20 inputs; the host runs other",
        ),
        (Verification(models=(HOSTED,)), True, "nothing to compare: the host runs other"),
        (Verification(), True, "nothing to compare: the pipeline has no model"),
        (Verification(skipped="nothing is installed"), True, "skipped: nothing is installed"),
        (
            Verification("r", RuneVerification(20, 0, 100, 9, suspect="op 2 CONV_2D of model"), (SAME,)),
            False,
            "the rune does not give what its pipeline gives with these models: 9 of 100 bytes of its outputs differ; "
            "the constants of op 2 CONV_2D of model are not in it",
        ),
        (
            Verification("r", RuneVerification(1, failure="it ended in a trap"), (SAME,)),
            False,
            "the rune fails where its pipeline does not: it ended in a trap",
        ),
        (
            Verification("r", models=(ModelVerification("a", "a", Runs.COMPILED, refusal="it crashed"),)),
            True,
            "a: not compared: it crashed",
        ),
    ],
)
def test_a_verification_in_one_sentence(verification: Verification, within: bool, sentence: str) -> None:
    assert verification.sentence() == sentence
    assert verification.is_within is within


def test_a_verification_survives_json() -> None:
    found = Verification("r 1", RuneVerification(3, 1, 100, 2, "it fell", "op 1 ADD of a"), (WRONG, NEAR, HOSTED))
    text = json.dumps(found.to_json(), allow_nan=False)
    assert Verification.from_json(json.loads(text)) == found
    assert json.loads(text)["within"] is False


def test_what_a_stage_is_called_cannot_draw_on_a_terminal() -> None:
    evil = ModelVerification("\x1b[2J", "", Runs.COMPILED, 1, Figures(1, 1, 1, 1, 1.0, 1.0))
    assert "\x1b" not in Verification("r", models=(evil,)).sentence()

"""Trying what a model's input may be on recordings, computed by the blocks that a device runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from rune.assessment.evaluation.labelled import LabelledSample
from rune.assessment.evaluation.trials.input_trial import TrialVariant, TriedInput, try_inputs
from rune.model.tflite import ModelSignature, read_model, signature
from rune.project.files import MemoryFiles
from rune.source.runefile.model_inputs import input_questions, runefile_of

EXAMPLES = Path(__file__).parents[4] / "examples"
SECONDS = 60.0


def trial(
    example: str, keys: list[str], recordings: list[tuple[str, str]], *, seconds: float = SECONDS
) -> list[TriedInput]:
    """The results of presets of an example's model, on files of its folder with their labels."""
    folder = EXAMPLES / example
    data = (folder / f"{example}.tflite").read_bytes()
    own: ModelSignature = signature(read_model(data))
    files = MemoryFiles({"m.tflite": data, "labels.txt": (folder / "labels.txt").read_bytes()})
    (question,) = input_questions(own)
    presets = [question.preset(key) for key in keys]
    variants = [
        TrialVariant(each.key, runefile_of(own, "m.tflite", [each], "labels.txt"), each.grid) for each in presets
    ]
    samples = [LabelledSample(name, label, (folder / name).read_bytes) for name, label in recordings]
    return list(try_inputs(files, own, variants, samples, seconds))


@pytest.mark.slow
def test_the_right_range_of_pixels_gives_the_right_digit() -> None:
    right, other = trial("digits", ["0-1", "signed"], [("7.png", "7")])
    assert (right.answer, right.right, right.judged, right.refusal) == ("7", 1, 1, "")
    assert right.read is not None
    assert other.read is not None
    assert (right.read.low >= 0, right.read.high <= 1) == (True, True)
    assert other.read.low < 0
    assert (len(right.read.drawing), len(right.read.drawing[0])) == (28, 28)
    assert {level for row in right.read.drawing for level in row} <= set(range(256))


@pytest.mark.slow
def test_a_quantised_input_says_how_much_it_cannot_store() -> None:
    (outcome,) = trial("keywords", ["mlperf-tiny-log-mel"], [("no-up-yes.wav", "")])
    assert outcome.judged == 0
    assert outcome.read is not None
    assert outcome.read.clipped > 0.5
    assert (len(outcome.read.drawing), len(outcome.read.drawing[0])) == (40, 49)


@pytest.mark.slow
def test_a_recording_of_another_kind_is_refused_with_the_reason() -> None:
    (outcome,) = trial("digits", ["0-1"], [("labels.txt", "7")])
    assert outcome.refusal.startswith("labels.txt: ")
    assert outcome.judged == 0


@pytest.mark.slow
def test_what_the_time_does_not_reach_is_left_out() -> None:
    assert trial("digits", ["0-1"], [("7.png", "7")], seconds=0) == []

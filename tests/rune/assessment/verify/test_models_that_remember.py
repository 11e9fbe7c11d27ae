"""A model that remembers is compared with a reference that remembers the same, whatever happens on the way."""

from __future__ import annotations

import struct

import numpy as np

from rune.assessment.verify.models.check import ModelCheck
from rune.assessment.verify.models.reference import open_inside, open_reference
from rune.assessment.verify.models.sensitivity import moves
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.model.tflite import read_model, signature
from rune.project.files import MemoryFiles
from rune.running.runtime.errors import ModelRunError
from rune.source.runefile.model_inputs.starter import starter
from rune.source.runefile.pipeline import ModelStage
from tests.support.compiler.template_projects import rune_of
from tests.support.models.model_cases import compiled_model

SVDF = compiled_model("svdf_f32_plain")
SVDF_MODEL = read_model(SVDF)


def noise(seed: int, count: int) -> bytes:
    return np.random.default_rng(seed).uniform(-1, 1, count).astype("<f4").tobytes()


def check_of(data: bytes) -> tuple[ModelCheck, int]:
    """A check of a model with one input, and how many numbers that has."""
    model = read_model(data)
    description = signature(model)
    (kind,) = (tensor.type for tensor in description.inputs)
    assert kind is not None
    outputs = tuple(tensor.type for tensor in description.outputs if tensor.type is not None)
    stage = ModelStage("model", "m", None, None, (), (kind,), outputs)  # type: ignore[arg-type]
    return ModelCheck(stage, model, data, open_reference(data)), kind.count


def test_what_a_model_remembers_is_nudged_with_what_it_is_given() -> None:
    model = SVDF_MODEL
    count = model.tensors[model.inputs[0]].count
    kinds = {index: kind for index in model.outputs if (kind := model.tensors[index].type) is not None}
    runs = [(noise(seed, count),) for seed in range(3)]
    after_all, alone = (moves(model, SVDF, inputs, kinds) for inputs in (runs, runs[-1:]))
    (index,) = kinds
    assert after_all[index].shape == (kinds[index].count,)
    assert (after_all[index] != alone[index]).any()


def test_what_the_reference_refused_is_followed_by_no_comparison_until_both_begin_anew() -> None:
    check, count = check_of(SVDF)
    twin = open_inside(SVDF, keep=False)
    inputs = [(noise(seed, count),) for seed in range(4)]
    right = [twin.run(each) for each in inputs]

    class Refusing:
        """Refuses one run."""

        name = "a reference"

        def run(self, _inputs: object) -> tuple[bytes, ...]:
            raise ModelRunError("it takes none of this")

        def close(self) -> None:
            """Holds nothing to close."""

    reference = check._reference
    check.add(inputs[0], right[0])
    check._reference = Refusing()  # type: ignore[assignment]
    check.add(inputs[1], right[1])
    check._reference = reference
    check.add(inputs[2], right[2])
    verification = check.verification()
    assert (verification.inputs, verification.figures.beyond) == (1, 0)
    check.restart()
    twin = open_inside(SVDF, keep=False)
    check.add(inputs[3], twin.run(inputs[3]))
    verification = check.verification()
    assert (verification.inputs, verification.figures.beyond) == (2, 0)
    check.close()


def trapping() -> MemoryFiles:
    """A model that remembers, beside a label that only some numbers have: for the others every run fails."""
    text = starter(signature(read_model(SVDF)), "model.tflite")
    more = """
  number:
    capability: RAW
    outputs: [{type: u32, dimensions: [1]}]
    args: {length: 4}
  word:
    proc-block: hotg-ai/proc-blocks#label
    inputs: [number]
    outputs: [{type: utf8, dimensions: [1]}]
    args: {wordlist: $WORDS}
  told: {out: serial, inputs: [word]}
resources:
  WORDS: {inline: "one\\ntwo\\nthree", type: string}
"""
    assert "resources:" not in text
    return MemoryFiles({"Runefile.yml": (text.rstrip() + more).encode(), "model.tflite": SVDF})


def test_a_rune_that_traps_in_the_middle_is_compared_with_a_reference_that_began_anew() -> None:
    files = trapping()
    numbers = [struct.pack("<I", number) for number in (0, 1, 9, 2, 9, 0)]
    verification = verify(files, rune_of(files), samples=[(), numbers], effort=VerificationEffort(inputs=len(numbers)))
    assert verification.rune.inputs == 4, "the runs of 9 fail"
    assert verification.is_within, verification.sentence()
    assert verification.models[0].inputs == 4 + len(numbers)

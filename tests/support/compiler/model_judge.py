"""Compiled models held to a profile's reference kernels, many in one module: integers byte for byte, floats near.

Random models have chains of floats, so what is allowed is ten times what one operator may differ by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng

from rune.compiler.anvil.target import Target
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model, read_model, signature
from rune.running.runtime.interpreters.micro import open_micro
from rune.tensor import ElementType, TensorType
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, run, tensors_of
from tests.support.models.reference.make_models import answers, seeded_inputs

RUNS = 3

Outputs = list[list[bytes]]
"""For each run, the bytes of each output."""


@dataclass(frozen=True)
class Questions:
    """A model's inputs, and what the reference kernels answer."""

    types: tuple[TensorType, ...]
    """The types of the outputs."""
    inputs: tuple[list[bytes], ...]
    answers: Outputs

    @staticmethod
    def of(data: bytes, seed: int, profile: Profile = LITERT) -> Questions:
        random = default_rng(seed)
        inputs = tuple(seeded_inputs(data, random) for _ in range(RUNS))
        types = tuple(tensor.type for tensor in signature(read_model(data)).outputs)
        return Questions(types, inputs, _answers(data, inputs, profile))

    def wrong(self, outputs: Outputs) -> Iterator[str]:
        """The outputs that differ from the reference's answer."""
        for number, (expected, actual) in enumerate(zip(self.answers, outputs, strict=True)):
            for index, (kind, one, other) in enumerate(zip(self.types, expected, actual, strict=True)):
                count = _differing(kind, one, other)
                if count:
                    yield f"run {number}, output {index}: {count} of {kind.count} elements of {kind} differ"


def _answers(data: bytes, runs: Sequence[Sequence[bytes]], profile: Profile) -> Outputs:
    if profile is LITERT:
        return answers(data, runs)
    reference = open_micro(data)
    return [list(reference.run(inputs)) for inputs in runs]


def _differing(kind: TensorType, expected: bytes, actual: bytes) -> int:
    if kind.element is not ElementType.F32:
        return int((np.frombuffer(expected, np.uint8) != np.frombuffer(actual, np.uint8)).sum())
    right, numbers = np.frombuffer(expected, "<f4").astype(np.float64), np.frombuffer(actual, "<f4").astype(np.float64)
    largest = np.abs(right[np.isfinite(right)]).max(initial=0.0)
    tolerance = np.maximum(1e-4 * np.abs(right), 1e-5 * largest)
    same = (right == numbers) | (np.isnan(right) & np.isnan(numbers))
    with np.errstate(invalid="ignore"):
        return int((~(same | (np.abs(right - numbers) <= tolerance))).sum())


def compiled_outputs(
    models: Mapping[str, Model],
    questions: Mapping[str, Questions],
    target: Target = WASM32,
    profile: Profile = LITERT,
) -> dict[str, Outputs]:
    """The outputs of the models, compiled into one module."""
    rune = loaded(module_of(models_pipeline(models), models, target, profile))
    outputs: dict[str, Outputs] = {name: [] for name in models}
    for number in range(RUNS):
        messages = run(rune, [data for name in models for data in questions[name].inputs[number]])
        for name, message in zip(models, messages, strict=True):
            outputs[name].append([data for _, data in tensors_of(message.data)])
    return outputs


def disagreements(
    models: Mapping[str, bytes], targets: Sequence[Target] = (WASM32,), profile: Profile = LITERT
) -> list[str]:
    """A sentence for each output of each model that is not the reference's: compiled for a target, or evaluated by the
    operators' own references in NumPy."""
    questions = {name: Questions.of(data, seed, profile) for seed, (name, data) in enumerate(models.items())}
    read = {name: read_model(data) for name, data in models.items()}
    by_target = {target.name: compiled_outputs(read, questions, target, profile) for target in targets}
    by_target["NumPy"] = {
        name: evaluated_outputs(data, questions[name].inputs, profile) for name, data in models.items()
    }
    return [
        f"{name}, {where}: {sentence}"
        for where, outputs in by_target.items()
        for name in models
        for sentence in questions[name].wrong(outputs[name])
    ]

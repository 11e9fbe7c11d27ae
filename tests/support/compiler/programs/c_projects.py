"""Projects whose runes are compared between targets: the templates and the integer models among the test data."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from _pytest.mark import ParameterSet

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.model.tflite import ModelSignature, read_model, signature
from rune.project.files import FolderFiles, MemoryFiles, ProjectFiles
from rune.running.runtime import Runtime
from rune.source.runefile import check
from rune.source.runefile.model_inputs.starter import starter
from rune.source.runefile.pipeline import CapabilityStage
from rune.tensor import TensorType
from tests.support.compiler.pipelines import run
from tests.support.shares import mostly_proved

EXAMPLES = Path(__file__).parents[4] / "examples"
TEMPLATES = tuple(sorted(path.parent.name for path in EXAMPLES.glob("*/template.json")))
INTEGER_MODELS = ("microspeech", "mlperf_ad_int8", "mlperf_ic_int8", "mlperf_kws_int8", "mlperf_vww_int8")

_LEAST_RUNS = 100


def mostly_proved_on(target: str, names: Sequence[str]) -> list[ParameterSet]:
    """Returns projects as parameters: all but one in six are proofs, and others are tested on another target.

    The kernels of a project are those of others, and `tests/rune/compiler/anvil` has each kernel's own tests.
    """
    return mostly_proved(names, 6, lambda name: f"{name} on {target}")


def template(name: str) -> ProjectFiles:
    return FolderFiles(EXAMPLES / name)


def model_project(data: bytes) -> ProjectFiles:
    """The starter of a model."""
    text = starter(signature(read_model(data)), "model.tflite")
    return MemoryFiles({"Runefile.yml": text.encode(), "model.tflite": data})


def input_types(files: ProjectFiles) -> tuple[TensorType, ...]:
    """The types of a project's capabilities, in their order."""

    def signature_of(path: str) -> ModelSignature:
        return signature(read_model(files.read(path)))

    pipeline = check(files, PUBLISHED_BLOCKS, signatures=signature_of).pipeline
    assert pipeline is not None
    return tuple(stage.output for stage in pipeline.stages if isinstance(stage, CapabilityStage))


def random_inputs(types: Sequence[TensorType], runs: int, seed: int = 7) -> list[list[bytes]]:
    """For each run an input of each type; of floats, every tenth is far away."""
    generator = np.random.default_rng(seed)
    return [[_random(kind, generator) for kind in types] for _ in range(runs)]


def answered_inputs(files: ProjectFiles, rune: bytes, answers: int) -> list[list[bytes]]:
    """Random inputs for as many runs as the rune needs to answer so often: a window says nothing until it is full."""
    instance = Runtime.load(rune)
    inputs = random_inputs(input_types(files), runs=max(_LEAST_RUNS, 12 * answers))
    numbers = (number for number, frame in enumerate(inputs, 1) if run(instance, frame))
    last = list(islice(numbers, answers))
    assert len(last) == answers, f"{len(last)} answers in {len(inputs)} runs"
    return inputs[: last[-1]]


def _random(kind: TensorType, generator: np.random.Generator) -> bytes:
    if not kind.element.is_float:
        return generator.bytes(kind.size)
    numbers = generator.normal(size=kind.count) * np.where(generator.random(kind.count) < 0.1, 1000, 1)
    return numbers.astype("<f4" if kind.size == 4 * kind.count else "<f8").tobytes()

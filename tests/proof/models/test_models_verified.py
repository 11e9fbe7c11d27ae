"""Every real model and every small one, built, run and compared with the reference on many inputs."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from rune.assessment.verify.models.recorded import verify_recorded
from rune.assessment.verify.verification import ModelRunner, Verification
from rune.assessment.verify.verifying import VerificationEffort, verify
from tests.support.compiler.template_projects import TEMPLATES, around, rune_of
from tests.support.models.model_cases import model_cases

pytestmark = pytest.mark.proof

INPUTS = int(os.environ.get("FORGE_PROOF_INPUTS", "200"))
"""The inputs for the pipeline, and as many again for the model by itself."""
SECONDS = 60.0
"""The seconds for one model; the reference kernels are slow."""

Recorder = Callable[[str, object], None]


def test_every_real_model_gives_what_the_reference_gives(test_data: Path, record_property: Recorder) -> None:
    models = sorted((test_data / "models").glob("*.tflite")) + sorted(TEMPLATES.glob("*/*.tflite"))
    prove({f"{path.parent.name}/{path.stem}": path.read_bytes() for path in models}, record_property)


def test_every_small_model_gives_what_the_reference_gives(record_property: Recorder) -> None:
    prove({case.name: case.data for case in model_cases()}, record_property)


def prove(models: dict[str, bytes], record_property: Recorder) -> None:
    """Fails with the sentence of each model that is wrong."""
    counts: Counter[str] = Counter()
    furthest = 0.0
    wrong = []
    for name, data in models.items():
        verification = verified(data)
        if not verification.is_within:
            wrong.append(f"{name}: {verification.sentence()}")
        counts["models"] += 1
        for model in verification.models:
            counts["compiled" if model.runs is ModelRunner.COMPILED else "run by the host"] += 1
            if model.runs is ModelRunner.HOST:
                continue
            counts["runs"] += model.inputs
            counts["bytes"] += model.figures.bytes
            counts["compiled models of floats"] += model.is_float
            furthest = max(furthest, model.figures.share if math.isfinite(model.figures.share) else 0.0)
    for what, count in counts.items():
        record_property(what, f"{count:,}")
    record_property("furthest float, as a share of its tensor", f"{furthest:.1e}")
    assert not wrong, "\n".join(wrong)


def verified(data: bytes) -> Verification:
    """Where the host runs the model, how far the host's interpreter is from the reference is recorded instead."""
    files = around(data)
    rune = rune_of(files)
    verification = verify(files, rune, effort=VerificationEffort(inputs=INPUTS, seconds=SECONDS))
    if any(model.runs is ModelRunner.COMPILED for model in verification.models):
        return verification
    return verify_recorded(rune, inputs=2, seed=1, resources={})

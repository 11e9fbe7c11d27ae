"""A million broken models, read and made C of, and a million broken runes: each is gone through with or refused by
name, within time and memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from rune.model.tflite import ModelError, describe, read_model, signature
from rune.running.container import ContainerError, read_rune
from tests.support.compiler.any_model import REFUSALS, use_model
from tests.support.compiler.mutants import COUNT, Recorder, prove
from tests.support.models.model_cases import all_models, model_cases
from tests.support.runes.containers import GOOD

pytestmark = pytest.mark.proof(shares=20)


def read(data: bytes) -> None:
    model = read_model(data)
    describe(model)
    signature(model)


def use_rune(data: bytes) -> None:
    read_rune(data)


def test_mutants_of_small_models_are_read_or_refused(record_property: Recorder) -> None:
    prove(record_property, all_models(), read, ModelError)


def test_mutants_of_real_models_are_read_or_refused(test_data: Path, record_property: Recorder) -> None:
    originals = tuple(path.read_bytes() for path in sorted((test_data / "models").glob("*.tflite")))
    prove(record_property, originals, read, ModelError, COUNT // 100)


def test_mutants_of_small_models_are_made_c_of_or_refused(record_property: Recorder) -> None:
    prove(record_property, tuple(case.data for case in model_cases()), use_model, REFUSALS)


def test_mutants_of_a_rune_are_read_or_refused(record_property: Recorder) -> None:
    prove(record_property, (GOOD,), use_rune, ContainerError)

"""A million broken models: each is read or refused by name, within bounds of time and memory.

`FORGE_PROOF_START` and `FORGE_PROOF_COUNT` take up a run that was stopped: mutants are numbered and independent.
"""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

import pytest

from rune.tflite import ModelError, describe, read_model, signature
from tests.model_cases import all_models
from tests.rune.tflite.mutations import mutant

START = int(os.environ.get("FORGE_PROOF_START", "0"))
COUNT = int(os.environ.get("FORGE_PROOF_COUNT", "1000000"))
SECONDS_A_MODEL = 1.0
MEMORY = 512 * 1024 * 1024


@pytest.mark.proof
def test_a_million_mutants_of_small_models_are_read_or_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        _prove(all_models(), START, COUNT)


@pytest.mark.proof
def test_mutants_of_real_models_are_read_or_refused(test_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    originals = tuple(path.read_bytes() for path in sorted((test_data / "models").glob("*.tflite")))
    with capsys.disabled():
        _prove(originals, START, COUNT // 100)


def _prove(originals: tuple[bytes, ...], start: int, count: int) -> None:
    refused, slowest = 0, 0.0
    for number in range(start, start + count):
        data = mutant(originals, number)
        begin = time.process_time()
        try:
            model = read_model(data)
            describe(model)
            signature(model)
        except ModelError:
            refused += 1
        except Exception as error:
            raise AssertionError(f"mutant {number} was not refused by name") from error
        slowest = max(slowest, time.process_time() - begin)
        assert slowest < SECONDS_A_MODEL, f"mutant {number} took {slowest} s"
        if number % 100_000 == 99_999:
            print(f"{number + 1} mutants, {refused} refused, slowest {slowest * 1000:.1f} ms", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"mutants {start} to {start + count}: {refused} refused, slowest {slowest * 1000:.1f} ms, peak {peak} bytes")
    assert peak < MEMORY

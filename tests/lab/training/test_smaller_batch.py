"""A run that does not fit into memory is begun again with half the batch; other refusals stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.refusal import Reason, Refused
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.smaller_batch import SMALLEST_BATCH, with_half_batch
from rune.source.policy.sections.training import Training
from tests.support.cases import each_case
from tests.support.training.motion_data import write_motion


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    return write_motion(tmp_path / "samples", takes=1, seconds=1)


def prepared(samples: Path, recipe: str = "motion", **arguments: float) -> PreparedRun:
    own = {"window": 20, "hop": 20, **arguments}
    return prepare_run(Training(recipe, "samples", arguments=own), samples, {})


def test_memory_that_is_too_little_halves_the_batch(samples: Path) -> None:
    run = with_half_batch(prepared(samples, batch=32), Refused(Reason.OUT_OF_MEMORY, "too much"))
    assert run.settings.values["batch"] == run.training.arguments["batch"] == 16


@each_case("reason", [each for each in Reason if each is not Reason.OUT_OF_MEMORY])
def test_another_refusal_is_the_end(samples: Path, reason: Reason) -> None:
    refusal = Refused(reason, "why")
    with pytest.raises(Refused) as error:
        with_half_batch(prepared(samples), refusal)
    assert error.value is refusal


@pytest.mark.parametrize("arguments", [{"recipe": "motion", "batch": SMALLEST_BATCH}, {"recipe": "motion-trees"}])
def test_a_run_without_a_smaller_batch_ends_with_the_refusal(samples: Path, arguments: dict[str, object]) -> None:
    refusal = Refused(Reason.OUT_OF_MEMORY, "too much")
    with pytest.raises(Refused) as error:
        with_half_batch(prepared(samples, **arguments), refusal)  # type: ignore[arg-type]
    assert error.value is refusal

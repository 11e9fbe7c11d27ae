"""Measures how far estimates of an accuracy without labels are from it: ours from binned confidences, and NannyML's
from all scores of each answer."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from benchmarks.field.simulated_answers import (
    ANSWERS,
    DEVICES,
    DIFFERENCES,
    LABELS,
    SAMPLES,
    SimulatedAnswers,
    field_answers,
    sample_answers,
)
from benchmarks.figure import CannotMeasure, table
from benchmarks.peers import answer_of, environment_with
from rune.statistics.unlabelled_accuracy import AccuracyEstimate, accuracy_without_labels

NANNYML: Final = ("nannyml==0.13.1", "statsmodels==0.15.0")
"""NannyML imports the second one without requiring it."""
TRIALS: Final = 20
BINS: Final = 16
_SECONDS: Final = 1800.0
"""The longest that the installation and the estimates may take."""
_SCRIPT: Final = Path(__file__).with_name("nannyml_estimates.py")


@dataclass(frozen=True)
class EstimateTrial:
    """A field with its true accuracy, and our estimate."""

    tests: SimulatedAnswers
    field: tuple[SimulatedAnswers, ...]
    estimate: AccuracyEstimate

    @property
    def truth(self) -> float:
        """The accuracy in the field."""
        return sum(device.right for device in self.field) / sum(len(device.labels) for device in self.field)


def measure() -> str:
    """Returns the errors of both estimates by how a field differs."""
    trials = {name: list(_trials(name)) for name in DIFFERENCES}
    with TemporaryDirectory() as folder:
        nannyml = _by_nannyml([trial for some in trials.values() for trial in some], Path(folder))
    estimates = iter(nannyml["estimates"])
    rows = [_row(name, some, [next(estimates) for _ in some]) for name, some in trials.items()]
    head = ["the field's difference", "accuracy", "here", "off by", "NannyML", "off by", "in our interval"]
    return (
        f"Simulated answers of a classifier with {LABELS} labels that is surer than it is right: {SAMPLES:,} test "
        f"samples, and {DEVICES} devices with {ANSWERS} answers each and places of their own, {TRIALS} times each. "
        "Labels of the field are for the comparison alone. Ours is average thresholded confidence of the counts that "
        f"devices send: {BINS} bins with the same share of the test samples. NannyML {nannyml['version']} "
        "(`CBPE`, confidence-based performance estimation) has all scores of each answer, and calibrates them by the "
        "test samples. *Off by* is the mean distance from the accuracy in points of a hundred, and the last column how "
        "many of our 95 % intervals have the accuracy in them. Where windows lie elsewhere and mean the same, a "
        "calibrated probability is right by itself; where they mean something else, neither sees it.\n\n"
        f"{table(head, rows)}"
    )


def _trials(name: str) -> Iterator[EstimateTrial]:
    for number in range(TRIALS):
        random = np.random.default_rng([number, list(DIFFERENCES).index(name)])
        tests, field = sample_answers(random), field_answers(random, DIFFERENCES[name])
        edges = np.quantile(tests.confidence, np.arange(1, BINS) / BINS)
        counts = np.array([_binned(device, edges) for device in field])
        estimate = accuracy_without_labels(_binned(tests, edges), tests.right, counts)
        assert isinstance(estimate, AccuracyEstimate)
        yield EstimateTrial(tests, field, estimate)


def _binned(answers: SimulatedAnswers, edges: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.bincount(np.searchsorted(edges, answers.confidence, side="right"), minlength=BINS)


def _by_nannyml(trials: Sequence[EstimateTrial], folder: Path) -> Mapping[str, Any]:
    """Returns NannyML's version and its estimates. Raises `CannotMeasure` where it cannot be installed."""
    python = environment_with(folder / "environment", *NANNYML, seconds=_SECONDS)
    if python is None:
        raise CannotMeasure(f"{NANNYML[0]} could not be installed")
    arrays: dict[str, Any] = {}
    for number, trial in enumerate(trials):
        arrays[f"tests_{number}"], arrays[f"labels_{number}"] = trial.tests.scores, trial.tests.labels
        arrays[f"field_{number}"] = np.concatenate([device.scores for device in trial.field])
    np.savez(folder / "answers.npz", **arrays)
    return dict(answer_of(python, _SCRIPT, folder, folder / "answers.npz", seconds=_SECONDS))


def _row(name: str, trials: Sequence[EstimateTrial], others: Sequence[float]) -> list[str]:
    truths = [trial.truth for trial in trials]
    own = [trial.estimate.value for trial in trials]
    inside = sum(trial.estimate.low <= trial.truth <= trial.estimate.high for trial in trials)
    return [
        name,
        *(f"{100 * statistics.mean(values):.1f} %" for values in (truths, own)),
        _error(own, truths),
        f"{100 * statistics.mean(others):.1f} %",
        _error(others, truths),
        f"{inside} of {len(trials)}",
    ]


def _error(estimates: Sequence[float], truths: Sequence[float]) -> str:
    return f"{100 * statistics.mean(abs(one - other) for one, other in zip(estimates, truths, strict=True)):.1f}"


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")

"""The step that learns with an estimator of scikit-learn, in a child with the Python of this process.

A round of an estimator is an epoch of the curves. `rounds` of a recipe's `estimator.py` yields what each has
learned: an object with `scores(inputs)` and `resources()`, the texts of the Runefile's resources by name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from itertools import islice
from typing import Any

import numpy as np

from lab.child.job import ChildCommand, ChildJob
from lab.recipes.arguments import function_arguments
from lab.recipes.catalogue import recipe_of
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from lab.training.feature_file import read_features
from lab.training.judging.thresholds import few_windows_note, threshold_of
from rune.wording import counted

LEARNED_PARAMETERS = "learned"
"""The output of the step: what `LearnedParameters` has, as JSON."""
_FOLDS = 5


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `features`, writes `learned`. Sends a row of the curves after each round, as the event `epoch`."""
    job.report(0.0, "Loading scikit-learn")
    import sklearn

    recipe = recipe_of(job.spec["recipe"])
    assert recipe.estimator is not None  # noqa: S101 (other recipes have another step)
    values = job.spec["values"]
    features = read_features(job.inputs["features"])
    train, validation = features.train, features.validation
    measure = _measure(recipe, values, features.validation_recordings)
    module = import_module(recipe.network_module)
    options = function_arguments(values, recipe.estimator.arguments)
    curves: list[dict[str, float]] = []
    best_epoch = 0
    best_model: Any = None
    best: dict[str, dict[str, Any]] = {"resources": {}, "numbers": {}}
    is_stopped = False
    for epoch, model in enumerate(module.rounds(*train, job.spec["seed"], **options), start=1):
        row = {"epoch": epoch, **measure.row(model, train, validation)}
        if not all(map(math.isfinite, row.values())):
            raise Refused(Reason.DIVERGED, f"The loss of round {epoch} is not a number. Look for extreme values.")
        curves.append(row)
        if not best_epoch or row["validation_loss"] < curves[best_epoch - 1]["validation_loss"]:
            best_epoch = epoch
            best_model = model
            best = {"resources": dict(model.resources()), "numbers": dict(measure.numbers(model, validation))}
        job.send({"epoch": row, "best_epoch": best_epoch})
        job.report(epoch / values["epochs"], f"Round {epoch} of {values['epochs']}")
        # A run of seconds is not paused: it ends with the best round, as one that is stopped.
        is_stopped = job.command() in (ChildCommand.STOP, ChildCommand.PAUSE)
        if is_stopped or epoch - best_epoch >= values.get("patience", math.inf):
            break
    if isinstance(measure, _Anomalies):
        job.report(1.0, "Choosing the threshold")
        measure.held_out = list(
            _held_out(
                lambda *parts: module.rounds(*parts, job.spec["seed"], **options),
                *train,
                features.train_recordings,
                best_epoch,
            )
        )
        best["numbers"] = dict(measure.numbers(best_model, validation))
    job.outputs[LEARNED_PARAMETERS].write_text(json.dumps(best), encoding="utf-8")
    return {
        "best_epoch": best_epoch,
        "curves": curves,
        "parameters": _numbers_in(best),
        "trainer": f"scikit-learn {sklearn.__version__}",
        "ended": "stopped" if is_stopped else "early" if len(curves) < values["epochs"] else "all epochs",
        "text": counted(len(curves), "round"),
        "notes": measure.notes(best["numbers"]),
    }


def _measure(recipe: Recipe, values: Mapping[str, Any], recordings: Any) -> _Labels | _NumberErrors | _Anomalies:
    if recipe.learns_anomalies:
        return _Anomalies(values, recordings)
    return _Labels() if recipe.target is None else _NumberErrors()


class _Labels:
    """How well shares of labels fit: the mean of their logarithms, as a network's loss, and how often one is right."""

    def row(self, model: Any, train: Any, validation: Any) -> dict[str, float]:
        loss, accuracy = self._loss_and_accuracy(model, *train)
        validation_loss, validation_accuracy = self._loss_and_accuracy(model, *validation)
        return {
            "loss": loss,
            "accuracy": accuracy,
            "validation_loss": validation_loss,
            "validation_accuracy": validation_accuracy,
        }

    def numbers(self, _model: Any, _validation: Any) -> Mapping[str, float]:
        """Blocks of a classifier need none."""
        return {}

    def notes(self, _numbers: Mapping[str, float]) -> list[str]:
        return []

    @staticmethod
    def _loss_and_accuracy(model: Any, inputs: Any, labels: Any) -> tuple[float, float]:
        shares = model.scores(inputs)
        right = np.maximum(shares[np.arange(len(labels)), labels], 1e-7)
        return float(-np.log(right).mean()), float((shares.argmax(axis=1) == labels).mean())


class _NumberErrors(_Labels):
    """How far numbers are off: the mean of squares, and the share of those of the usual answer, 0, that is gone."""

    @staticmethod
    def _loss_and_accuracy(model: Any, inputs: Any, labels: Any) -> tuple[float, float]:
        loss = float(np.mean((model.scores(inputs) - labels) ** 2))
        return loss, max(0.0, 1 - loss / max(float(np.mean(labels.astype(np.float64) ** 2)), 1e-12))


class _Anomalies:
    """How well normal windows fit what was learned, and how often the threshold is right: the mean of the shares of
    normal windows below it, and of others above it."""

    def __init__(self, values: Mapping[str, Any], recordings: Any) -> None:
        self._values, self._recordings = values, recordings
        self.held_out: Sequence[tuple[Any, Any]] = ()
        """Scores of normal windows of the train split by estimators that did not learn them, and their recordings."""

    def row(self, model: Any, train: Any, validation: Any) -> dict[str, float]:
        on = self.numbers(model, validation)["on"]
        row = {}
        for prefix, (inputs, labels) in (("", train), ("validation_", validation)):
            scores = model.scores(inputs)
            row[f"{prefix}loss"] = float(scores[labels == 0].mean())
            shares = [float(((scores >= on) == label)[labels == label].mean()) for label in (0, 1) if label in labels]
            row[f"{prefix}accuracy"] = sum(shares) / len(shares)
        return row

    def numbers(self, model: Any, validation: Any) -> Mapping[str, float]:
        """Where the alarm goes on and off, by the scores of normal windows that were not learned, after the mean that
        the rune takes of them."""
        inputs, labels = validation
        normal = labels == 0
        parts = [(model.scores(inputs[normal]), self._recordings[normal]), *self.held_out]
        by_recording = [scores[recordings == each] for scores, recordings in parts for each in np.unique(recordings)]
        return asdict(threshold_of(by_recording, self._values))

    def notes(self, numbers: Mapping[str, float]) -> list[str]:
        """A sentence where the validation split has too few normal windows for the share of false alarms."""
        return list(few_windows_note(int(numbers["windows"]), self._values))


def _held_out(
    rounds: Callable[[Any, Any], Any], inputs: Any, labels: Any, recordings: Any, count: int
) -> Iterator[tuple[Any, Any]]:
    """Leaves some recordings out in turn, learns from the others for `count` rounds, and gives the scores of those that
    were left out: a validation split of two recordings says little of how much normal ones differ."""
    names = np.unique(recordings[labels == 0])
    for fold in range(min(_FOLDS, len(names)) if len(names) > 1 else 0):
        is_out = np.isin(recordings, names[fold::_FOLDS]) & (labels == 0)
        *_, model = islice(rounds(inputs[~is_out], labels[~is_out]), count)
        yield model.scores(inputs[is_out]), recordings[is_out]


def _numbers_in(parameters: Any) -> int:
    """How many numbers were learned: those in the texts of the resources."""
    return sum(
        len([word for word in text.replace("[", " ").replace("]", " ").replace(",", " ").split() if _is_number(word)])
        for text in parameters["resources"].values()
    )


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True

"""Measures how well an estimator fits after each round: a row of the curves, and the arguments of blocks that
follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from lab.tasks.judging.thresholds import few_windows_note, threshold_of

Scores = tuple[Any, Any]
"""Scores of windows, and the recording that each is of."""


class LabelFit:
    """The fit of shares of labels: the mean of their logarithms, as a network's loss, and how often one is right."""

    def row(self, model: Any, train: Any, validation: Any) -> dict[str, float]:
        """The loss and the accuracy of both splits, each of which has inputs and labels."""
        loss, accuracy = self._loss_and_accuracy(model, *train)
        validation_loss, validation_accuracy = self._loss_and_accuracy(model, *validation)
        return {
            "loss": loss,
            "accuracy": accuracy,
            "validation_loss": validation_loss,
            "validation_accuracy": validation_accuracy,
        }

    def numbers(self, model: Any, validation: Any) -> Mapping[str, float]:
        """The arguments of blocks: those of a classifier need none."""
        del model, validation
        return {}

    def final_numbers(
        self, model: Any, validation: Any, left_out: Callable[[], Iterable[Scores]]
    ) -> Mapping[str, float]:
        """The arguments of blocks for the best round. `left_out` computes scores of windows of the train split, by
        estimators that did not learn them."""
        del left_out
        return self.numbers(model, validation)

    def notes(self, numbers: Mapping[str, float]) -> Sequence[str]:
        """Sentences about these arguments."""
        del numbers
        return ()

    @staticmethod
    def _loss_and_accuracy(model: Any, inputs: Any, labels: Any) -> tuple[float, float]:
        shares = model.scores(inputs)
        right = np.maximum(shares[np.arange(len(labels)), labels], 1e-7)
        return float(-np.log(right).mean()), float((shares.argmax(axis=1) == labels).mean())


class NumberFit(LabelFit):
    """The errors of numbers: the mean of squares, and the share of those of the usual answer, 0, that is gone."""

    @staticmethod
    def _loss_and_accuracy(model: Any, inputs: Any, labels: Any) -> tuple[float, float]:
        loss = float(np.mean((model.scores(inputs) - labels) ** 2))
        return loss, max(0.0, 1 - loss / max(float(np.mean(labels.astype(np.float64) ** 2)), 1e-12))


class AnomalyFit(LabelFit):
    """The fit of normal windows, and how often the threshold is right: the mean of the shares of normal windows
    below it, and of others above it."""

    def __init__(self, values: Mapping[str, float], recordings: Any) -> None:
        self._values, self._recordings = values, recordings

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
        """Returns where the alarm goes on and off, by the scores of normal windows that were not learned."""
        return self._threshold(model, validation, ())

    def final_numbers(
        self, model: Any, validation: Any, left_out: Callable[[], Iterable[Scores]]
    ) -> Mapping[str, float]:
        return self._threshold(model, validation, left_out())

    def notes(self, numbers: Mapping[str, float]) -> Sequence[str]:
        """A sentence where the validation split has too few normal windows for the share of false alarms."""
        return few_windows_note(int(numbers["windows"]), self._values)

    def _threshold(self, model: Any, validation: Any, left_out: Iterable[Scores]) -> Mapping[str, float]:
        """The threshold after the mean that the rune takes of scores."""
        inputs, labels = validation
        normal = labels == 0
        parts = [(model.scores(inputs[normal]), self._recordings[normal]), *left_out]
        by_recording = [scores[recordings == each] for scores, recordings in parts for each in np.unique(recordings)]
        return asdict(threshold_of(by_recording, self._values))

"""The windows that a network learns in each step, changed by chance. Plain Python and NumPy: exported scripts contain
this file as it is.

The order of the windows and the augmentation of an epoch follow from the seed and its number alone, so they are
computed on another processor while the network learns those before.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.training.compression.distilling import soft_labels
from lab.training.loop.progress import Settings

LEAST_STEPS = 8
"""Batches of an epoch. Of few windows each is learned several times, augmented anew: after two batches the means of
batch normalisation are still those of the begin, and no epoch would seem to bring anything."""

LEAST_BATCH = 8
"""Windows of a step, where there are as many. Of few windows a step learns a third, so that the steps of an epoch see
each window three times and not five: it takes two thirds of the time, and the model recognises as much."""

MOST_BYTES = 32 << 20
"""Bytes of windows for which the steps are taken at once, while as many are computed for the next steps."""

Batches = tuple[Any, Any, Any]
"""Inputs [steps, windows, ...], labels and weights of the windows of several steps."""
Augment = Callable[[Any, Any, np.random.Generator], tuple[Any, Any]]
"""Changes inputs by chance, and with them labels that are positions."""


@dataclass(frozen=True)
class WindowSet:
    """Windows to learn from, or to choose the best epoch by. `inputs` is f32 [n, ...], `labels` i32 [n], or f32
    [n] or [n, outputs] for numbers, or f32 [n, most, 3] for positions."""

    inputs: Any
    labels: Any


@dataclass(frozen=True)
class BatchSource:
    """Gives the batches of epochs for a model with an output of that shape. `teacher` gives the shares of windows,
    where the settings have one."""

    train: WindowSet
    settings: Settings
    output_shape: tuple[int, ...]
    augment: Augment = lambda inputs, labels, _random: (inputs, labels)
    teacher: Callable[[Any], Any] | None = None

    @property
    def batch_size(self) -> int:
        return batch_size(len(self.train.labels), self.settings)

    @property
    def steps(self) -> int:
        """The steps of an epoch: as many as its windows fill whole batches. A smaller last one would be compiled a
        second time."""
        return max(LEAST_STEPS, -(-len(self.train.labels) // self.batch_size))

    def of_epochs(self, first: int) -> Iterator[Batches]:
        """Gives the batches of one epoch after the other, from that number on."""
        for epoch in range(first, self.settings.epochs + 1):
            yield from self.of_epoch(epoch)

    def of_epoch(self, epoch: int) -> Iterator[Batches]:
        """Gives the batches of an epoch, as many steps at once as have `MOST_BYTES`."""
        random = np.random.default_rng([self.settings.seed, epoch])
        order = np.resize(random.permutation(len(self.train.labels)), self.steps * self.batch_size)
        at_once = max(1, MOST_BYTES // (self.batch_size * self.train.inputs[0].nbytes))
        all_weights = self._weights()
        steps = order.reshape(self.steps, self.batch_size)
        for first in range(0, self.steps, at_once):
            batches = [self._batch(indices, all_weights[indices], random) for indices in steps[first : first + at_once]]
            inputs, labels, weights = map(np.stack, zip(*batches, strict=True))
            yield inputs, labels, weights

    def example(self) -> Batches:
        """One batch, of the first windows."""
        indices = np.arange(self.batch_size)
        inputs, labels, weights = self._batch(indices, self._weights()[indices], np.random.default_rng(0))
        return inputs[None], labels[None], weights[None]

    def _weights(self) -> Any:
        if self.settings.objective.is_classifier and self.settings.is_balanced:
            return label_weights(self.train.labels)
        return np.ones(len(self.train.labels), np.float32)

    def _batch(self, indices: Any, weights: Any, random: np.random.Generator) -> Batches:
        settings = self.settings
        inputs, labels = self.augment(self.train.inputs[indices], self.train.labels[indices], random)
        labels, weights = settings.objective.targets(labels, weights, self.output_shape)
        if settings.learns_shares:
            labels = label_shares(labels, self.output_shape[-1], settings.smoothing)
        if self.teacher is not None:
            labels = soft_labels(labels, self.teacher(inputs))
        return inputs, labels, weights


def computed_ahead(batches: Iterator[Batches]) -> Generator[Batches]:
    """Gives what an iterator gives, and computes the next meanwhile. What ends an iteration early closes it."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while (current := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield current


def batch_size(windows: int, settings: Settings) -> int:
    """The windows of a step: at most a third of them, where that is not too few for means of batches."""
    return min(settings.batch, windows, max(LEAST_BATCH, windows // 3))


def label_shares(labels: Any, classes: int, smoothing: float) -> Any:
    """The share of each class of labels i32 [n], f32 [n, classes]. A share `smoothing` goes to all classes alike, so
    that a model is not surer than it can be (Szegedy et al. 2016, section 7)."""
    return (np.eye(classes, dtype=np.float32)[labels] * (1 - smoothing) + smoothing / classes).astype(np.float32)


def label_weights(labels: Any) -> Any:
    """A weight for each window, f32 [n]: labels count alike, whatever windows they have."""
    counts = np.bincount(labels)
    return (len(labels) / len(counts) / np.maximum(counts, 1)).astype(np.float32)[labels]

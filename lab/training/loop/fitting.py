"""Trains a network, epoch by epoch. Plain Keras and NumPy: exported scripts contain this file as it is.

The same seed, data and settings give the same curves on the same kind of machine, also where a run was interrupted:
the order of the windows and the augmentation of an epoch follow from the seed and its number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lab.training.compression.distilling import soft_labels
from lab.training.compression.pruning import pruned
from lab.training.loop.fused import FusedAdamW, fuse_normalisations
from lab.training.loop.grids import CellF1, cell_weights, grid_of, judged_cells
from lab.training.loop.progress import (
    Progress,
    Settings,
    add_row,
    current_fall,
    has_ended,
    is_to_be_pruned,
    is_to_fall,
)

LEAST_STEPS = 8
"""Batches of an epoch. Of few windows each is learned several times, augmented anew: after two batches the means of
batch normalisation are still those of the begin, and no epoch would seem to bring anything."""

LEAST_BATCH = 8
"""Windows of a step, where there are as many. Of few windows a step learns a third, so that the steps of an epoch see
each window three times and not five: it takes two thirds of the time, and the model recognises as much."""

MOST_BYTES = 32 << 20
"""Bytes of windows for which the steps are taken at once."""
MOST_ANSWERS = 256
"""Windows that are answered at once."""

Batch = tuple[Any, Any, Any]
"""Inputs, labels and weights of the windows of a step."""


@dataclass(frozen=True)
class WindowSet:
    """Windows to learn from, or to choose the best epoch by. `inputs` is f32 [n, ...], `labels` i32 [n], or f32
    [n] or [n, outputs] for numbers, or f32 [n, most, 3] for positions."""

    inputs: Any
    labels: Any


class Diverged(Exception):
    """The loss is no number any more."""


class NetworkLearner:
    """A model with its compiled steps. One call of TensorFlow takes several of them: between the steps of a small
    network Python would take longer than the network."""

    def __init__(self, model: Any, batch: Batch) -> None:
        """`batch` is an example of one: its shapes and types are those of all batches."""
        self.model = model
        several = [tf.TensorSpec((None, *each.shape), each.dtype) for each in batch]
        signature = (*several, tf.TensorSpec((None,), tf.float32))
        self._steps = tf.function(self._run, input_signature=signature, autograph=False)
        inputs = tf.TensorSpec((None, *batch[0].shape[1:]), tf.float32)
        self._answers = tf.function(
            lambda each: model(each, training=False), input_signature=(inputs,), autograph=False
        )

    def learn(self, batches: Sequence[Batch], rates: Sequence[float]) -> dict[str, float]:
        """Takes a step for each batch, with a learning rate for each. Returns the means of all steps since
        `model.reset_metrics`: the loss, and what else the model measures."""
        results = self._steps(*map(np.stack, zip(*batches, strict=True)), np.array(rates, np.float32))
        return {name: float(each) for name, each in results.items()}

    def answers(self, inputs: Any) -> Any:
        """A share for each class, f32 [n, classes], or what else the model answers."""
        parts = range(0, len(inputs), MOST_ANSWERS)
        return np.concatenate([self._answers(inputs[each : each + MOST_ANSWERS]).numpy() for each in parts])

    def _run(self, inputs: Any, labels: Any, weights: Any, rates: Any) -> Any:
        def step(place: Any) -> tuple[Any]:
            self.model.optimizer.learning_rate.assign(rates[place])
            self.model.train_step((inputs[place], labels[place], weights[place]))
            return (place + 1,)

        tf.while_loop(lambda place: place < tf.shape(rates)[0], step, (tf.constant(0),))
        return self.model.get_metrics_result()


def new_learner(build: Callable[[], Any], settings: Settings, train: WindowSet) -> NetworkLearner:
    """A model that is ready to learn: its step is compiled for batches like those of `train`, whose numbers do not
    matter. The same seed gives the same weights."""
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    # Rewriting the graph takes a fifth of the time that a step is compiled in, and makes no step of a recipe faster.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    model = build()
    fuse_normalisations(model)
    model.compile(
        optimizer=FusedAdamW(settings.learning_rate, weight_decay=1e-3),
        loss=_loss(settings),
        metrics=[] if settings.is_number else [CellF1()] if settings.object_weight else ["accuracy"],
    )
    model.optimizer.build(model.trainable_variables)
    size = batch_size(len(train.labels), settings)
    inputs, labels, weights = train.inputs[:size], train.labels[:size], np.ones(size, np.float32)
    if settings.object_weight:
        labels = grid_of(labels, *model.output_shape[1:3])
        weights = cell_weights(labels, settings.object_weight)
    if settings.learns_shares:
        labels = label_shares(labels, model.output_shape[-1], settings.smoothing)
    # A step that creates variables would be compiled twice, which takes longer than a hundred steps of a small network.
    example = inputs[:1], labels[:1], tf.fill((1, *model.output_shape[1:]), 0.5), weights[:1]
    model.compute_loss(*example)
    model.compute_metrics(*example)
    variables = [*model.variables, *model.optimizer.variables]
    begin = [np.array(each) for each in variables]
    learner = NetworkLearner(model, (inputs, labels, weights))
    learner.learn([(inputs, labels, weights)], [settings.learning_rate])
    for variable, value in zip(variables, begin, strict=True):
        variable.assign(value)
    model.reset_metrics()
    return learner


def remove_channels(progress: Progress, settings: Settings, train: WindowSet) -> None:
    """Removes channels of the model after the epochs that `progress` has; the rest has the weights of the best one."""
    before, epochs = progress.model, len(progress.curves)
    if progress.best_weights:
        before.set_weights(progress.best_weights)
    progress.learner = new_learner(lambda: pruned(before, settings.prune), settings, train)
    progress.pruned_after = progress.best_epoch = epochs
    progress.best_weights = progress.model.get_weights()


def fit(
    train: WindowSet,
    validation: WindowSet,
    settings: Settings,
    augment: Callable[[Any, Any, np.random.Generator], tuple[Any, Any]],
    progress: Progress,
    after_epoch: Callable[[], None],
    teacher: Callable[[Any], Any] | None = None,
) -> None:
    """Trains from where `progress` is, and calls `after_epoch` when it has a further row. `augment` changes inputs,
    and with them labels that are positions. `teacher` gives the shares of
    windows, where the settings have one. Raises `Diverged`."""
    is_balanced = settings.is_classifier and settings.is_balanced
    weights = label_weights(train.labels) if is_balanced else np.ones(len(train.labels), np.float32)
    for epoch in range(len(progress.curves) + 1, settings.epochs + 1):
        if is_to_be_pruned(progress, settings):
            remove_channels(progress, settings, train)
        elif has_ended(progress, settings):
            return
        elif is_to_fall(progress, settings):
            progress.falling_after = len(progress.curves)
        fall = current_fall(progress, settings)
        model = progress.model
        random = np.random.default_rng([settings.seed, epoch])
        # As many windows as fill whole batches: a smaller last batch would be compiled a second time.
        size = batch_size(len(train.labels), settings)
        steps = max(LEAST_STEPS, -(-len(train.labels) // size))
        order = np.resize(random.permutation(len(train.labels)), steps * size).reshape(-1, size)
        at_once = max(1, MOST_BYTES // (size * train.inputs[0].nbytes))
        model.reset_metrics()
        for first in range(0, steps, at_once):
            batches = []
            for chosen in order[first : first + at_once]:
                inputs, labels = augment(train.inputs[chosen], train.labels[chosen], random)
                own = weights[chosen]
                if settings.object_weight:
                    labels = grid_of(labels, *model.output_shape[1:3])
                    own = cell_weights(labels, settings.object_weight)
                if settings.learns_shares:
                    labels = label_shares(labels, model.output_shape[-1], settings.smoothing)
                if teacher is not None:
                    labels = soft_labels(labels, teacher(inputs))
                batches.append((inputs, labels, own))
            rates = [fall.rate(epoch - 1 + (first + place) / steps) for place in range(len(batches))]
            results = progress.learner.learn(batches, rates)
        loss, accuracy = judged(progress.learner, validation, settings)
        learned = {"loss": results["loss"]}
        learned["accuracy"] = (
            explained(learned["loss"], train)
            if settings.is_number
            else results["f1" if settings.object_weight else "accuracy"]
        )
        if not math.isfinite(loss) or not math.isfinite(learned["loss"]):
            raise Diverged(f"The loss of epoch {epoch} is not a number.")
        row = {"epoch": epoch, **learned, "validation_loss": loss, "validation_accuracy": accuracy}
        if add_row(progress, settings, row):
            progress.best_epoch, progress.best_weights = epoch, model.get_weights()
        after_epoch()


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


def explained(loss: float, part: WindowSet) -> float:
    """The share of the squares of numbers that a loss leaves out, from 0."""
    return max(0.0, 1 - loss / max(float(np.mean(np.square(part.labels, dtype=np.float64))), 1e-12))


def judged(learner: NetworkLearner, part: WindowSet, settings: Settings) -> tuple[float, float]:
    """The loss and the accuracy on windows that are not learned."""
    shares = learner.answers(part.inputs)
    if settings.is_number:
        loss = float(np.mean(np.square(shares.reshape(part.labels.shape).astype(np.float64) - part.labels)))
        return loss, explained(loss, part)
    if settings.object_weight:
        return judged_cells(shares, grid_of(part.labels, *shares.shape[1:3]), settings.object_weight)
    right = shares[np.arange(len(part.labels)), part.labels]
    loss = float(np.mean(-np.log(np.maximum(right.astype(np.float64), 1e-7))))
    return (loss if np.isfinite(shares).all() else math.nan), float(np.mean(np.argmax(shares, axis=1) == part.labels))


def _loss(settings: Settings) -> Any:
    if settings.is_number:
        return "mse"
    if settings.learns_shares:
        return keras.losses.CategoricalCrossentropy()
    return keras.losses.SparseCategoricalCrossentropy()

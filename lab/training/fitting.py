"""Trains a network, epoch by epoch. Plain Keras and NumPy: exported scripts contain this file as it is.

The same seed, data and settings give the same curves on the same kind of machine, also where a run was interrupted:
the order of the windows and the augmentation of an epoch follow from the seed and its number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lab.training.compression.distilling import soft_labels
from lab.training.compression.pruning import pruned
from lab.training.grids import CellF1, cell_weights, grid_of, judged_cells

LEAST_STEPS = 8
"""Batches of an epoch. Of few windows each is learned several times, augmented anew: after two batches the means of
batch normalisation are still those of the begin, and no epoch would seem to bring anything."""

LEAST_BATCH = 8
"""Windows of a step, where there are as many. Of few windows a step learns a third, so that the steps of an epoch see
each window three times and not five: it takes two thirds of the time, and the model recognises as much."""


@dataclass(frozen=True)
class Settings:
    """`epochs` is the most epochs. After `patience` of them without a lower loss on the validation split it ends.
    With `is_number`, labels are numbers, of which 0 is the answer that needs no learning: the loss is the mean of
    squares, and "accuracy" the share of them that is gone. Each is one number, or as many as the model gives.
    Where `prune` is not 0, that share of the channels is removed when half of the epochs are over, or earlier when
    `patience` epochs brought nothing; the network learns on without them. With `has_teacher`, the answers of another
    model are learned beside the labels. Where `object_weight` is not 0, labels are positions of objects, the model
    answers for the cells of a grid (`grids.py`), of which those with objects have that weight, and "accuracy" is their
    F1."""

    seed: int
    epochs: int
    patience: int
    batch: int
    learning_rate: float
    is_number: bool = False
    prune: float = 0.0
    has_teacher: bool = False
    object_weight: float = 0.0


@dataclass(frozen=True)
class WindowSet:
    """Windows to learn from, or to choose the best epoch by. `inputs` is f32 [n, ...], `labels` i32 [n], or f32
    [n] or [n, outputs] for numbers, or f32 [n, most, 3] for positions."""

    inputs: Any
    labels: Any


@dataclass
class Progress:
    """How far a run is: the model that learns, its curves, a row for each epoch, and the best epoch with its weights.

    `pruned_after` is the number of epochs after which channels were removed, None where they were not: the best epoch
    is one of those behind it. `accuracy_before` is the share of the windows of the validation split that a model which
    learned before had right at the begin; None for a new one."""

    model: Any
    curves: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best_weights: list[Any] = field(default_factory=list)
    pruned_after: int | None = None
    accuracy_before: float | None = None


class Diverged(Exception):
    """The loss is no number any more."""


class FusedAdamW(keras.optimizers.AdamW):  # type: ignore[misc]
    """AdamW, whose update of a variable is one operator of TensorFlow: a step is compiled in less than two thirds of
    the time."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        place = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[place].value.handle,
            v=self._velocities[place].value.handle,
            beta1_power=tf.pow(self.beta_1, step),
            beta2_power=tf.pow(self.beta_2, step),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.convert_to_tensor(gradient),
        )


def new_model(build: Callable[[], Any], settings: Settings, train: WindowSet) -> Any:
    """A model that is ready to learn: its step is compiled for batches like those of `train`, whose numbers do not
    matter. The same seed gives the same weights."""
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    model = build()
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
    if settings.has_teacher:
        labels = soft_labels(labels, np.full((size, model.output_shape[-1]), 0.5, np.float32))
    # A step that creates variables would be compiled twice, which takes longer than a hundred steps of a small network.
    example = inputs[:1], labels[:1], tf.fill((1, *model.output_shape[1:]), 0.5), weights[:1]
    model.compute_loss(*example)
    model.compute_metrics(*example)
    variables = [*model.variables, *model.optimizer.variables]
    begin = [np.array(each) for each in variables]
    model.train_on_batch(inputs, labels, sample_weight=weights)
    for variable, value in zip(variables, begin, strict=True):
        variable.assign(value)
    model.reset_metrics()
    return model


def remove_channels(progress: Progress, settings: Settings, train: WindowSet) -> None:
    """Removes channels of the model after the epochs that `progress` has; the rest has the weights of the best one."""
    before, epochs = progress.model, len(progress.curves)
    if progress.best_weights:
        before.set_weights(progress.best_weights)
    progress.model = new_model(lambda: pruned(before, settings.prune), settings, train)
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
    has_labels = not settings.is_number and not settings.object_weight
    weights = label_weights(train.labels) if has_labels else np.ones(len(train.labels), np.float32)
    for epoch in range(len(progress.curves) + 1, settings.epochs + 1):
        if is_to_be_pruned(progress, settings):
            remove_channels(progress, settings, train)
        elif has_ended(progress, settings):
            return
        model = progress.model
        random = np.random.default_rng([settings.seed, epoch])
        # As many windows as fill whole batches: a smaller last batch would be compiled a second time.
        size = batch_size(len(train.labels), settings)
        steps = max(LEAST_STEPS, -(-len(train.labels) // size))
        order = np.resize(random.permutation(len(train.labels)), steps * size)
        model.reset_metrics()
        for step, chosen in enumerate(order.reshape(-1, size)):
            model.optimizer.learning_rate = _learning_rate(progress, settings, step / steps)
            inputs, labels = augment(train.inputs[chosen], train.labels[chosen], random)
            own = weights[chosen]
            if settings.object_weight:
                labels = grid_of(labels, *model.output_shape[1:3])
                own = cell_weights(labels, settings.object_weight)
            if teacher is not None:
                labels = soft_labels(labels, teacher(inputs))
            row = model.train_on_batch(inputs, labels, sample_weight=own, return_dict=True)
        loss, accuracy = judged(model, validation, settings)
        learned = {"loss": float(row["loss"])}
        learned["accuracy"] = (
            explained(learned["loss"], train)
            if settings.is_number
            else float(row["f1" if settings.object_weight else "accuracy"])
        )
        if not math.isfinite(loss) or not math.isfinite(learned["loss"]):
            raise Diverged(f"The loss of epoch {epoch} is not a number.")
        comparable = progress.curves[progress.pruned_after or 0 :]
        lowest = min((each["validation_loss"] for each in comparable), default=math.inf)
        progress.curves.append({"epoch": epoch, **learned, "validation_loss": loss, "validation_accuracy": accuracy})
        if loss < lowest:
            progress.best_epoch, progress.best_weights = epoch, model.get_weights()
        after_epoch()


def batch_size(windows: int, settings: Settings) -> int:
    """The windows of a step: at most a third of them, where that is not too few for means of batches."""
    return min(settings.batch, windows, max(LEAST_BATCH, windows // 3))


def has_ended(progress: Progress, settings: Settings) -> bool:
    """Whether the last epochs brought nothing, or there are no more of them."""
    epochs = len(progress.curves)
    return epochs >= settings.epochs or epochs - progress.best_epoch >= settings.patience


def is_to_be_pruned(progress: Progress, settings: Settings) -> bool:
    """Whether the next epoch is learned with fewer channels, and the last one was not."""
    if not settings.prune or progress.pruned_after is not None:
        return False
    return len(progress.curves) >= _epochs_before_pruning(settings) or has_ended(progress, settings)


def label_weights(labels: Any) -> Any:
    """A weight for each window, f32 [n]: labels count alike, whatever windows they have."""
    counts = np.bincount(labels)
    return (len(labels) / len(counts) / np.maximum(counts, 1)).astype(np.float32)[labels]


def explained(loss: float, part: WindowSet) -> float:
    """The share of the squares of numbers that a loss leaves out, from 0."""
    return max(0.0, 1 - loss / max(float(np.mean(np.square(part.labels, dtype=np.float64))), 1e-12))


def judged(model: Any, part: WindowSet, settings: Settings) -> tuple[float, float]:
    """The loss and the accuracy on windows that are not learned."""
    shares = answers(model, part.inputs)
    if settings.is_number:
        loss = float(np.mean(np.square(shares.reshape(part.labels.shape).astype(np.float64) - part.labels)))
        return loss, explained(loss, part)
    if settings.object_weight:
        return judged_cells(shares, grid_of(part.labels, *shares.shape[1:3]), settings.object_weight)
    right = shares[np.arange(len(part.labels)), part.labels]
    loss = float(np.mean(-np.log(np.maximum(right.astype(np.float64), 1e-7))))
    return (loss if np.isfinite(shares).all() else math.nan), float(np.mean(np.argmax(shares, axis=1) == part.labels))


def answers(model: Any, inputs: Any) -> Any:
    """A share for each class, f32 [n, classes]."""
    return np.concatenate([model.predict_on_batch(inputs[each : each + 256]) for each in range(0, len(inputs), 256)])


def _loss(settings: Settings) -> Any:
    if settings.is_number:
        return "mse"
    return (
        keras.losses.CategoricalCrossentropy() if settings.has_teacher else keras.losses.SparseCategoricalCrossentropy()
    )


def _learning_rate(progress: Progress, settings: Settings, share: float) -> float:
    """The learning rate when that share of the next epoch is over: it falls with the cosine, and again from the top
    when channels were removed."""
    begin = progress.pruned_after
    epochs = _epochs_before_pruning(settings) if begin is None else settings.epochs - begin
    over = min(1.0, (len(progress.curves) - (begin or 0) + share) / epochs)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * over))


def _epochs_before_pruning(settings: Settings) -> int:
    return (settings.epochs // 2 if settings.prune else settings.epochs) or 1

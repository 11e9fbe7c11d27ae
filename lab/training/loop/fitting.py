"""Trains a network, epoch by epoch. Plain Keras and NumPy: exported scripts contain this file as it is.

The same seed, data and settings give the same curves on the same kind of machine, also where a run was interrupted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lab.training.compression.pruning import pruned
from lab.training.loop.batches import Augment, Batches, BatchSource, WindowSet, computed_ahead
from lab.training.loop.cell_f1 import CELL_F1, CellF1
from lab.training.loop.fused import fuse_normalisations
from lab.training.loop.optimizer import new_optimizer
from lab.training.loop.progress import (
    Progress,
    Settings,
    add_row,
    current_fall,
    has_ended,
    is_to_be_pruned,
    is_to_fall,
)

MOST_ANSWERS = 256
"""Windows that are answered at once."""


class Diverged(Exception):
    """The loss is no number any more."""


class NetworkLearner:
    """A model with its compiled steps. One call of TensorFlow takes several of them: between the steps of a small
    network Python would take longer than the network."""

    def __init__(self, model: Any, batches: Batches) -> None:
        """`batches` are examples: the shapes and types of one are those of all batches."""
        self.model = model
        several = [tf.TensorSpec((None, *each.shape[1:]), each.dtype) for each in batches]
        signature = (*several, tf.TensorSpec((None,), tf.float32))
        self._steps = tf.function(self._run, input_signature=signature, autograph=False)
        inputs = tf.TensorSpec((None, *batches[0].shape[2:]), tf.float32)
        self._answers = tf.function(
            lambda each: model(each, training=False), input_signature=(inputs,), autograph=False
        )

    def learn(self, batches: Batches, rates: Sequence[float]) -> dict[str, float]:
        """Takes a step for each batch, with a learning rate for each. Returns the means of all steps since
        `model.reset_metrics`: the loss, and what else the model measures."""
        results = self._steps(*batches, np.array(rates, np.float32))
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
        optimizer=new_optimizer(model, settings.learning_rate),
        loss=settings.objective.loss(of_shares=settings.learns_shares),
        metrics=[CellF1() if each == CELL_F1 else each for each in settings.objective.metrics],
    )
    model.optimizer.build(model.trainable_variables)
    batches = BatchSource(train, settings, model.output_shape).example()
    inputs, labels, weights = (each[0] for each in batches)
    # A step that creates variables would be compiled twice, which takes longer than a hundred steps of a small network.
    example = inputs[:1], labels[:1], tf.fill((1, *model.output_shape[1:]), 0.5), weights[:1]
    model.compute_loss(*example)
    model.compute_metrics(*example)
    variables = [*model.variables, *model.optimizer.variables]
    begin = [np.array(each) for each in variables]
    learner = NetworkLearner(model, batches)
    learner.learn(batches, [settings.learning_rate])
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
    augment: Augment,
    progress: Progress,
    after_epoch: Callable[[], None],
    teacher: Callable[[Any], Any] | None = None,
) -> None:
    """Trains from where `progress` is, and calls `after_epoch` when it has a further row. `teacher` gives the shares
    of windows, where the settings have one. Raises `Diverged`."""
    source = BatchSource(train, settings, progress.model.output_shape, augment, teacher)
    begin = len(progress.curves) + 1
    with closing(computed_ahead(source.of_epochs(begin))) as batches:
        for epoch in range(begin, settings.epochs + 1):
            if is_to_be_pruned(progress, settings):
                remove_channels(progress, settings, train)
            elif has_ended(progress, settings):
                return
            elif is_to_fall(progress, settings):
                progress.falling_after = len(progress.curves)
            train_figures = _train_epoch(epoch, source, batches, progress)
            loss, accuracy = loss_and_accuracy(progress.learner, validation, settings)
            if not math.isfinite(loss) or not math.isfinite(train_figures["loss"]):
                raise Diverged(f"The loss of epoch {epoch} is not a number.")
            row = {"epoch": epoch, **train_figures, "validation_loss": loss, "validation_accuracy": accuracy}
            if add_row(progress, settings, row):
                progress.best_epoch, progress.best_weights = epoch, progress.model.get_weights()
            after_epoch()


def _train_epoch(epoch: int, source: BatchSource, batches: Iterator[Batches], progress: Progress) -> dict[str, float]:
    """Learns the batches of an epoch, the next of the iterator. Returns its loss and its accuracy."""
    settings = source.settings
    fall = current_fall(progress, settings)
    progress.model.reset_metrics()
    results, step = {}, 0
    while step < source.steps:
        current = next(batches)
        rates = [fall.rate(epoch - 1 + each / source.steps) for each in range(step, step + len(current[0]))]
        results = progress.learner.learn(current, rates)
        step += len(rates)
    figure = settings.objective.learned_figure(results, source.train.labels)
    return {"loss": results["loss"], "accuracy": figure}


def loss_and_accuracy(learner: NetworkLearner, part: WindowSet, settings: Settings) -> tuple[float, float]:
    """The loss and the accuracy on windows that are not learned."""
    return settings.objective.loss_and_figure(learner.answers(part.inputs), part.labels)

"""The step that trains a network on features and converts it, in the child of the TensorFlow environment."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from lab.child.job import ChildJob
from lab.recipes.arguments import function_arguments
from lab.recipes.catalogue import recipe_of
from lab.refusal import Reason, Refused
from lab.training.checkpoint import Arrays, checkpoint_bytes, read_arrays, read_state
from rune.wording import counted

SLOTS = ("checkpoint-0", "checkpoint-1")
"""Checkpoints are written to these outputs in turn: one is whole while the other is written."""
CHECKPOINT_SHARE = 0.05
"""Of the time that writing checkpoints may take."""


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `features`, and `checkpoint` if the run goes on; writes `model`, `keras` and checkpoints.

    Sends a row of the curves after each epoch, as the event `epoch`.
    """
    job.report(0.0, "Loading TensorFlow")
    import keras
    import tensorflow as tf

    from lab.training import fitting

    spec = job.spec
    recipe = recipe_of(spec["recipe"])
    module = import_module(recipe.network_module)
    values = spec["values"]
    settings = fitting.Settings(
        spec["seed"], values["epochs"], values["patience"], values["batch"], values["learning-rate"]
    )
    with np.load(job.inputs["features"], allow_pickle=False) as arrays:
        inputs, labels, splits = (arrays[name] for name in ("inputs", "labels", "splits"))
    train, validation = (fitting.Part(inputs[splits == split], labels[splits == split]) for split in (0, 1))
    classes = len(spec["labels"])
    shape = inputs.shape[1:]
    options = function_arguments(values, recipe.network_arguments)
    model = fitting.new_model(lambda: module.network(shape, classes, None, **options), settings, train)
    progress = fitting.Progress()
    if "checkpoint" in job.inputs:
        _restore(job, model, progress)
    augmentation = function_arguments(values, recipe.augmentation)
    saves = _Saves()

    def after_epoch() -> None:
        row = progress.curves[-1]
        best = progress.curves[progress.best_epoch - 1]["validation_accuracy"]
        job.send({"epoch": row, "best_epoch": progress.best_epoch})
        text = f"Epoch {int(row['epoch'])} of {settings.epochs}, best {best:.1%} in epoch {progress.best_epoch}"
        job.report(row["epoch"] / settings.epochs, text)
        if saves.is_due():
            saves.save(lambda: _save(job, model, progress))

    try:
        fitting.fit(
            model,
            train,
            validation,
            settings,
            lambda batch, random: module.augmented(batch, random, **augmentation),
            progress,
            after_epoch,
        )
    except fitting.Diverged as error:
        advice = "Choose a lower learning-rate, and look for recordings with extreme values."
        raise Refused(Reason.DIVERGED, f"{error} {advice}") from error
    _save(job, model, progress)
    job.report(1.0, "Converting")
    model.set_weights(progress.best_weights)
    keras.backend.clear_session()  # names in the file count from 0
    single = module.network(shape, classes, 1, **options)  # an open batch is computed while the model runs
    single.set_weights(progress.best_weights)
    job.outputs["model"].write_bytes(tf.lite.TFLiteConverter.from_keras_model(single).convert())
    return {
        "best_epoch": progress.best_epoch,
        "curves": progress.curves,
        "parameters": int(sum(np.size(each) for each in progress.best_weights)),
        "trainer": f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
        "ended": "early" if len(progress.curves) < settings.epochs else "all epochs",
        "text": f"{counted(len(progress.curves), 'epoch')}",
    }


class _Saves:
    """Says when to save: at the first epoch, and then as often as it takes a twentieth of the time."""

    def __init__(self) -> None:
        self._due = 0.0

    def is_due(self) -> bool:
        return time.monotonic() >= self._due

    def save(self, action: Callable[[], None]) -> None:
        started = time.monotonic()
        action()
        ended = time.monotonic()
        self._due = ended + (ended - started) / CHECKPOINT_SHARE


def _save(job: ChildJob, model: Any, progress: Any) -> None:
    arrays: Arrays = {f"best_{place:03}": each for place, each in enumerate(progress.best_weights)}
    for name, variables in _state(model).items():
        arrays |= {f"{name}_{place:03}": np.asarray(each) for place, each in enumerate(variables)}
    data = checkpoint_bytes(job.spec["digest"], progress.curves, progress.best_epoch, arrays)
    slot = SLOTS[len(progress.curves) % len(SLOTS)]
    job.outputs[slot].write_bytes(data)
    job.save(slot)


def _restore(job: ChildJob, model: Any, progress: Any) -> None:
    """Puts a model and its progress into the state of the checkpoint."""
    state = read_state(job.inputs["checkpoint"], job.spec["digest"])
    if state is None:
        raise Refused(Reason.BROKEN, "The checkpoint is not one of this run. Start the run anew.")
    arrays = read_arrays(job.inputs["checkpoint"])
    for name, variables in _state(model).items():
        for place, variable in enumerate(variables):
            variable.assign(arrays[f"{name}_{place:03}"])
    progress.curves, progress.best_epoch = state["curves"], state["best_epoch"]
    progress.best_weights = [arrays[name] for name in sorted(arrays) if name.startswith("best_")]


def _state(model: Any) -> dict[str, Any]:
    """All that learning changes: weights, the seeds of layers such as dropout, and what the optimiser remembers."""
    metrics = {id(variable) for metric in model.metrics for variable in metric.variables}
    variables = [each for each in model.variables if id(each) not in metrics]
    return {"model": variables, "optimizer": model.optimizer.variables}

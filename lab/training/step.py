"""The step that trains a network on features and converts it, in the child of the TensorFlow environment."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from lab.child.job import ChildCommand, ChildJob
from lab.recipes.arguments import function_arguments
from lab.recipes.catalogue import recipe_of
from lab.refusal import Reason, Refused
from lab.training.checkpoint import Arrays, checkpoint_bytes, read_arrays, read_state
from lab.training.feature_file import read_features
from lab.training.start import LEARNED_LAYERS, load_start, require_start
from rune.wording import counted

SLOTS = ("checkpoint-0", "checkpoint-1")
"""Checkpoints are written to these outputs in turn: one is whole while the other is written."""
CHECKPOINT_SHARE = 0.05
"""The share of the time that writing checkpoints may take."""
ANSWER_SECONDS = 1.0
"""The least time between two lists of answers, which are sent while a network gets better."""
ANSWER_SHARE = 0.1
"""The least time between them as a share of that since the begin: a long run does not send a thousand lists."""
_THREADS = 2
"""The number of threads of TensorFlow, for operators and within one; a process has two processors at most
(`lab/child/process.py`)."""
_LARGE_STEP = 1 << 17
"""Numbers of the windows of a step from which on two threads share an operator."""


class _ParentCommand(Exception):
    """The process that started the step wants it to end."""

    def __init__(self, command: ChildCommand) -> None:
        super().__init__(command.name)
        self.command = command


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `features`, `teacher` if there is one, and `checkpoint` if the run goes on; writes `model` and checkpoints.
    `shape` of the specification is that of a window, and `windows` says how many to learn from are expected: the model
    is built and compiled for them before `features` are there.

    Sends a row of the curves after each epoch, as the event `epoch`; the answers of the best epoch so far for the
    recordings of the validation split, as `answers`; and the name of a checkpoint, as `checkpoint`. Told to pause, it
    saves one, and its result is `{"paused": True}`; told to stop, it ends with the best epoch so far. Where the run is
    not followed (`is_followed`), as a trial of a search, nobody sees answers and nothing goes on from a checkpoint: it
    sends rows alone.
    """
    job.report(0.0, "Compiling the network")
    import keras
    import tensorflow as tf

    from lab.training.compression import distilling, pruning
    from lab.training.loop import fitting, starting
    from lab.training.loop.batches import WindowSet, batch_size
    from lab.training.loop.progress import Progress, Settings

    spec = job.spec
    recipe = recipe_of(spec["recipe"])
    module = import_module(recipe.network_module)
    values = spec["values"]
    shape = tuple(spec["shape"])
    _set_threads(tf, values["batch"] * math.prod(shape), is_alone=spec["is_alone"])
    settings = Settings(
        spec["seed"],
        values["epochs"],
        values["patience"],
        values["batch"],
        values["learning-rate"],
        is_number=recipe.learns_numbers,
        prune=values.get("prune", 0.0),
        smoothing=values.get("smoothing", 0.0),
        has_teacher="teacher" in job.inputs,
        object_weight=float(values["object-weight"]) if recipe.counts else 0.0,
        is_balanced=bool(values.get("balance", 1)),
    )
    classes = recipe.classes(len(spec["labels"]))
    start = load_start(job, shape) if "start" in job.inputs else ""
    if start:
        require_start(job, start, values[LEARNED_LAYERS.name])

    def network(batch: int | None) -> Any:
        if start:
            return starting.starting_network(Path(start), shape, classes, batch, values[LEARNED_LAYERS.name])
        return module.network(shape, classes, batch, **function_arguments(values, recipe.network_arguments))

    def new_learner(train: Any) -> Any:
        return fitting.new_learner(lambda: network(None), settings, train)

    # Other windows of the same number compile the same step, while those to learn from are still computed.
    count = spec["windows"]
    numbers = (count, *shape) if recipe.reconstructs else (count, 1, 3) if recipe.counts else (count,)
    expected = WindowSet(
        np.zeros((count, *shape), np.float32),
        np.zeros(numbers, np.float32 if recipe.learns_numbers or recipe.counts else np.int32),
    )
    learner = new_learner(expected)
    features = read_features(job.inputs["features"])
    train, validation = WindowSet(*features.train), WindowSet(*features.validation)
    if batch_size(len(train.labels), settings) != batch_size(count, settings):
        learner = new_learner(train)
    progress = Progress(learner)
    if "checkpoint" in job.inputs:
        _restore(job, progress, lambda: fitting.remove_channels(progress, settings, train))
    elif start:
        # Where the last layer is new, its answers before learning are chance.
        progress.accuracy_before = fitting.loss_and_accuracy(learner, validation, settings)[1]
    teacher = distilling.teacher_of(job.inputs["teacher"].read_bytes()) if settings.has_teacher else None
    augmentation = function_arguments(values, recipe.augmentation)
    saves = _Saves()
    validation_answers = _ValidationAnswers(job, features.validation_recordings)
    is_stopped = False

    def after_epoch() -> None:
        row = progress.curves[-1]
        job.send({"epoch": row, "best_epoch": progress.best_epoch})
        job.report(row["epoch"] / settings.epochs, f"Epoch {int(row['epoch'])} of {settings.epochs}")
        if (
            not settings.is_number
            and not recipe.counts
            and progress.best_epoch == len(progress.curves)
            and spec["is_followed"]
            and validation_answers.is_due()
        ):
            validation_answers.send(progress.learner.answers(validation.inputs), progress.best_epoch)
        if spec["is_followed"] and saves.is_due():
            saves.save(lambda: _save(job, progress))
        if (command := job.command()) is not None:
            raise _ParentCommand(command)

    def augmented(batch: Any, labels: Any, random: np.random.Generator) -> tuple[Any, Any]:
        if recipe.counts:
            pair: tuple[Any, Any] = module.augmented(batch, labels, random, **augmentation)
            return pair
        return module.augmented(batch, random, **augmentation), labels

    try:
        fitting.fit(
            train,
            validation,
            settings,
            augmented,
            progress,
            after_epoch,
            teacher,
        )
    except fitting.Diverged as error:
        advice = "Choose a lower learning-rate, and look for recordings with extreme values."
        raise Refused(Reason.DIVERGED, f"{error} {advice}") from error
    except _ParentCommand as end:
        if end.command is ChildCommand.PAUSE:
            _save(job, progress)
            return {"paused": True}
        is_stopped = True
    if spec["is_followed"]:
        _save(job, progress)
    job.report(1.0, "Converting")
    keras.backend.clear_session()  # names in the file count from 0
    single = network(1)  # an open batch is computed while the model runs
    if progress.pruned_after is not None:
        single = pruning.pruned(single, settings.prune)
    single.set_weights(progress.best_weights)
    # By its function: as a Keras model it would first become a saved model, which takes four times as long.
    window = tf.TensorSpec((1, *shape), tf.float32, name="window")
    function = tf.function(lambda inputs: single(inputs, training=False)).get_concrete_function(window)
    job.outputs["model"].write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([function], None).convert())
    return {
        "best_epoch": progress.best_epoch,
        "curves": progress.curves,
        "pruned_after": progress.pruned_after,
        **({} if progress.accuracy_before is None else {"accuracy_before": progress.accuracy_before}),
        "parameters": int(sum(np.size(each) for each in progress.best_weights)),
        "trainer": f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
        "ended": _end(len(progress.curves), settings.epochs, is_stopped=is_stopped),
        "text": f"{counted(len(progress.curves), 'epoch')}",
    }


def _set_threads(tf: Any, numbers: int, *, is_alone: bool) -> None:
    """Chooses the threads of TensorFlow by the numbers that a step reads, before its first operation.

    An operator of a small network is done before a second thread has woken up: with one thread for each operator a step
    of 32 spectrograms of 49 by 40 takes two thirds of the time, while one of 32 pictures of 96 by 96 in colour takes a
    fifth more. How many operators work at a time does not change what they compute.
    """
    tf.config.threading.set_intra_op_parallelism_threads(1 if numbers < _LARGE_STEP else _THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(_THREADS if is_alone else 1)


def _end(epochs: int, most: int, *, is_stopped: bool) -> str:
    """Why training ended: `stopped` by somebody, `early` because nothing got better, or `all epochs`."""
    return "stopped" if is_stopped else "early" if epochs < most else "all epochs"


class _ValidationAnswers:
    """Sends the answers for recordings of the validation split, as often as somebody can look at them."""

    def __init__(self, job: ChildJob, recordings: Any) -> None:
        self._job = job
        self._recordings = recordings
        self._start_time = time.monotonic()
        self._due = self._start_time

    def is_due(self) -> bool:
        return time.monotonic() >= self._due

    def send(self, shares: Any, epoch: int) -> None:
        """Sends the place of each recording, its answer, and how sure that is: the mean of its windows' scores."""
        rows = []
        for place in np.unique(self._recordings):
            mean = shares[self._recordings == place].mean(axis=0)
            answer = int(np.argmax(mean))
            rows.append([int(place), answer, round(float(mean[answer]), 3)])
        self._job.send({"answers": rows, "of_epoch": epoch})
        now = time.monotonic()
        self._due = now + max(ANSWER_SECONDS, ANSWER_SHARE * (now - self._start_time))


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


def _save(job: ChildJob, progress: Any) -> None:
    arrays: Arrays = {f"best_{place:03}": each for place, each in enumerate(progress.best_weights)}
    for name, variables in _state(progress.model).items():
        arrays |= {f"{name}_{place:03}": np.asarray(each) for place, each in enumerate(variables)}
    state = {
        "curves": progress.curves,
        "best_epoch": progress.best_epoch,
        "pruned_after": progress.pruned_after,
        "falling_after": progress.falling_after,
        "accuracy_before": progress.accuracy_before,
    }
    data = checkpoint_bytes(job.spec["digest"], state, arrays)
    slot = SLOTS[len(progress.curves) % len(SLOTS)]
    job.outputs[slot].write_bytes(data)
    job.save(slot)
    job.send({"checkpoint": slot, "of_epoch": len(progress.curves)})


def _restore(job: ChildJob, progress: Any, remove_channels: Callable[[], None]) -> None:
    """Puts a model and its progress into the state of the checkpoint."""
    state = read_state(job.inputs["checkpoint"], job.spec["digest"])
    if state is None:
        raise Refused(Reason.BROKEN, "The checkpoint is not one of this run. Start the run anew.")
    arrays = read_arrays(job.inputs["checkpoint"])
    progress.curves, after = state["curves"], state["pruned_after"]
    if after is not None:
        progress.curves = state["curves"][:after]  # as many epochs as it had learned then are behind it
        remove_channels()
        progress.curves = state["curves"]
    for name, variables in _state(progress.model).items():
        for place, variable in enumerate(variables):
            variable.assign(arrays[f"{name}_{place:03}"])
    progress.best_epoch, progress.falling_after = state["best_epoch"], state["falling_after"]
    progress.accuracy_before = state["accuracy_before"]
    progress.best_weights = [arrays[name] for name in sorted(arrays) if name.startswith("best_")]


def _state(model: Any) -> dict[str, Any]:
    """All that learning changes: weights, the seeds of layers such as dropout, and what the optimiser remembers."""
    metrics = {id(variable) for metric in model.metrics for variable in metric.variables}
    variables = [each for each in model.variables if id(each) not in metrics]
    return {"model": variables, "optimizer": model.optimizer.variables}

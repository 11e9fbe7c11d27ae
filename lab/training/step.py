"""The step that trains a network on features and converts it, in the child of the TensorFlow environment."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from lab.child.job import ChildCommand, ChildJob
from lab.recipes.arguments import function_arguments
from lab.recipes.catalogue import recipe_of
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from lab.training.checkpoint import Arrays, checkpoint_bytes, read_arrays, read_state
from lab.training.feature_file import LearnedFeatures, read_features
from lab.training.loop.progress import Settings
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
    training = _network_training(job)
    learner = training.expected_learner()
    features = read_features(job.inputs["features"])
    progress = training.begun(learner, features)
    is_stopped = False
    try:
        _fit(training, features, progress)
    except _ParentCommand as end:
        if end.command is ChildCommand.PAUSE:
            _save(job, progress)
            return {"paused": True}
        is_stopped = True
    if job.spec["is_followed"]:
        _save(job, progress)
    job.report(1.0, "Converting")
    job.outputs["model"].write_bytes(_converted(training, progress))
    return _result(progress, training.settings, is_stopped=is_stopped)


@dataclass(frozen=True)
class _NetworkTraining:
    """A training step whose specification was read. `start` is the path of the model that the network begins with, ""
    for none. Its methods import TensorFlow: the process has confined itself by then."""

    job: ChildJob
    recipe: Recipe
    module: ModuleType
    settings: Settings
    start: str

    @property
    def values(self) -> Any:
        return self.job.spec["values"]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.job.spec["shape"])

    def network(self, batch: int | None) -> Any:
        classes = self.recipe.task.classes(len(self.job.spec["labels"]))
        if self.start:
            from lab.training.loop.starting import starting_network

            return starting_network(Path(self.start), self.shape, classes, batch, self.values[LEARNED_LAYERS.name])
        options = function_arguments(self.values, self.recipe.network_arguments)
        return self.module.network(self.shape, classes, batch, **options)

    def new_learner(self, train: Any) -> Any:
        from lab.training.loop.fitting import new_learner

        return new_learner(lambda: self.network(None), self.settings, train)

    def expected_learner(self) -> Any:
        """A learner for other windows of the number that is expected, which compile the same step while those to learn
        from are still computed."""
        from lab.training.loop.batches import WindowSet

        count = self.job.spec["windows"]
        answers = self.recipe.task.blank_answers(count, self.shape)
        return self.new_learner(WindowSet(np.zeros((count, *self.shape), np.float32), answers))

    def begun(self, learner: Any, features: LearnedFeatures) -> Any:
        """The progress of a run at its begin, or at its checkpoint. A learner for another number of windows in a batch
        is replaced."""
        from lab.training.loop.batches import WindowSet, batch_size
        from lab.training.loop.fitting import loss_and_accuracy, remove_channels
        from lab.training.loop.progress import Progress

        settings, train = self.settings, WindowSet(*features.train)
        if batch_size(len(train.labels), settings) != batch_size(self.job.spec["windows"], settings):
            learner = self.new_learner(train)
        progress = Progress(learner)
        if "checkpoint" in self.job.inputs:
            _restore(self.job, progress, lambda: remove_channels(progress, settings, train))
        elif self.start:
            # Where the last layer is new, its answers before learning are chance.
            progress.accuracy_before = loss_and_accuracy(learner, WindowSet(*features.validation), settings)[1]
        return progress

    def teacher(self) -> Any:
        """The function that gives the shares of windows, None without a teacher."""
        from lab.training.compression.distilling import teacher_of

        return teacher_of(self.job.inputs["teacher"].read_bytes()) if self.settings.has_teacher else None

    def augmented(self, inputs: Any, labels: Any, random: np.random.Generator) -> tuple[Any, Any]:
        augment = partial(self.module.augmented, **function_arguments(self.values, self.recipe.augmentation))
        return self.settings.objective.augmented(augment, inputs, labels, random)


def _network_training(job: ChildJob) -> _NetworkTraining:
    """Reads the specification, and chooses the threads before the first operation. Raises `Refused`."""
    from lab.training.loop.threads import set_threads

    spec = job.spec
    recipe = recipe_of(spec["recipe"])
    module = import_module(recipe.network_module)
    values, shape = spec["values"], tuple(spec["shape"])
    set_threads(values["batch"] * math.prod(shape), is_alone=spec["is_alone"])
    settings = Settings(
        spec["seed"],
        values["epochs"],
        values["patience"],
        values["batch"],
        values["learning-rate"],
        prune=values.get("prune", 0.0),
        smoothing=values.get("smoothing", 0.0),
        has_teacher="teacher" in job.inputs,
        is_balanced=bool(values.get("balance", 1)),
        objective=recipe.task.objective(values),
    )
    start = load_start(job, shape) if "start" in job.inputs else ""
    if start:
        require_start(job, start, values[LEARNED_LAYERS.name])
    return _NetworkTraining(job, recipe, module, settings, start)


def _fit(training: _NetworkTraining, features: LearnedFeatures, progress: Any) -> None:
    """Trains to the end, and sends what there is to see after each epoch. Raises `Refused`, and `_ParentCommand`."""
    from lab.training.loop import fitting
    from lab.training.loop.batches import WindowSet

    job, settings, is_followed = training.job, training.settings, training.job.spec["is_followed"]
    train, validation = WindowSet(*features.train), WindowSet(*features.validation)
    teacher = training.teacher()
    saves = _Saves()
    validation_answers = _ValidationAnswers(job, features.validation_recordings)

    def after_epoch() -> None:
        row = progress.curves[-1]
        job.send({"epoch": row, "best_epoch": progress.best_epoch})
        job.report(row["epoch"] / settings.epochs, f"Epoch {int(row['epoch'])} of {settings.epochs}")
        is_best = progress.best_epoch == len(progress.curves)
        if settings.objective.is_classifier and is_best and is_followed and validation_answers.is_due():
            validation_answers.send(progress.learner.answers(validation.inputs), progress.best_epoch)
        if is_followed and saves.is_due():
            saves.save(lambda: _save(job, progress))
        if (command := job.command()) is not None:
            raise _ParentCommand(command)

    try:
        fitting.fit(train, validation, settings, training.augmented, progress, after_epoch, teacher)
    except fitting.Diverged as error:
        advice = "Choose a lower learning-rate, and look for recordings with extreme values."
        raise Refused(Reason.DIVERGED, f"{error} {advice}") from error


def _converted(training: _NetworkTraining, progress: Any) -> bytes:
    """The network with the weights of the best epoch, as a `.tflite` file."""
    import keras
    import tensorflow as tf

    from lab.training.compression.pruning import pruned

    keras.backend.clear_session()  # names in the file count from 0
    single = training.network(1)  # an open batch is computed while the model runs
    if progress.pruned_after is not None:
        single = pruned(single, training.settings.prune)
    single.set_weights(progress.best_weights)
    # By its function: as a Keras model it would first become a saved model, which takes four times as long.
    window = tf.TensorSpec((1, *training.shape), tf.float32, name="window")
    function = tf.function(lambda inputs: single(inputs, training=False)).get_concrete_function(window)
    data: bytes = tf.lite.TFLiteConverter.from_concrete_functions([function], None).convert()
    return data


def _result(progress: Any, settings: Settings, *, is_stopped: bool) -> dict[str, Any]:
    import keras
    import tensorflow as tf

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


def _end(epochs: int, most: int, *, is_stopped: bool) -> str:
    """Returns why training ended: `stopped` by somebody, `early` because nothing got better, or `all epochs`."""
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

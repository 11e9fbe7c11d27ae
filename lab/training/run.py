"""A whole training run: from the data of a project to a quantised model, its Runefile, and how often it is right."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from lab.child.job import ChildCommand, Report
from lab.child.limits import ChildLimits
from lab.child.start import BegunStep, Outcome, ProcessPool, Step, begin_step, start_ahead
from lab.child.start import run as run_step
from lab.dataset.dataset import short_note, with_sounds
from lab.quantize.forms import FLOAT
from lab.quantize.samples import MOST_SAMPLES
from lab.recipes.recipe import MODEL_STAGE, scores_stage, whole_runefile
from lab.refusal import Reason, Refused
from lab.tasks.judging.judged_rune import DraftRune, JudgedRune
from lab.tasks.scaling import DataScaling, measured_scaling
from lab.tasks.task import TaskJudgement
from lab.training.background import background_report
from lab.training.data import compute_windows, save_features
from lab.training.estimating import EstimatorFiles, estimate
from lab.training.preparing import PreparedRun
from lab.training.pruning_note import pruning_note
from lab.training.run_folder import RunFolder
from lab.training.running_rune import built_rune, judge_split, rows_of_split
from lab.training.settings import ENVIRONMENT
from rune.datasets.splits import Split
from rune.environments.analysis import QUANTISER, analysis_python

Json = Any
Send = Callable[[Mapping[str, Json]], None]
"""Takes an event of a run: `data`, `resumed`, `epoch`, `answers`, `checkpoint`, `progress` or `result`."""
MEMORY = 4 << 30
"""Bytes of memory of the process that trains."""
_MEMORY_ADVICE = "With a smaller batch, a smaller network or a shorter window it needs less."
DEFAULT_MINUTES = 60
REPORT_SECONDS = 0.25
_LATE = ("features",)
"""The inputs of the training step that come when its model is compiled already."""


@dataclass(frozen=True)
class TrainedModel:
    """The result of a run. `report` has the curves and how often the rune is right on the validation split; `answers`
    those of the rune, by split: the place of each recording in the data set, its answer's among the labels, and how
    sure that is."""

    float_model: bytes
    """Empty where an estimator has learned; `parameters` has the files of its blocks by their paths."""
    model: bytes
    runefile: str
    report: Mapping[str, Json]
    gaps: Mapping[str, str]
    answers: Mapping[str, Sequence[tuple[int, int, float]]]
    judged_rune: JudgedRune
    """The finished rune, as it was judged, and the scaling of what it learned from: benchmarks judge it elsewhere."""
    scaling: DataScaling
    parameters: Mapping[str, bytes] = field(default_factory=dict)
    rune: bytes = b""
    """The rune that was judged, as browsers run it."""


class RunPaused(Exception):
    """The run paused on request, and saved a checkpoint from which it goes on."""


@dataclass(frozen=True)
class WrittenFeatures:
    """Notes about the data of a run for people, the scaling of its train split, and its windows to learn from."""

    notes: Sequence[str]
    scaling: DataScaling
    train_windows: int


def write_features(run: PreparedRun, target: Path, report: Report) -> WrittenFeatures:
    """Computes the features of a run into a file. Raises `Refused`."""
    settings = run.settings
    recipe, values, task = settings.recipe, settings.values, settings.recipe.task
    dataset = with_sounds(run.dataset, task.generated(run.dataset, values, settings.seed))
    task.require_data(dataset, values, recipe.name)
    all_windows = compute_windows(dataset, recipe, values, report)
    learned_windows = task.learned_windows(dataset, values, all_windows)
    task.require_windows(dataset, learned_windows.windows)
    scaling = measured_scaling(dataset, learned_windows.windows, learned_windows.numbers)
    if recipe.scales:
        learned_windows = task.learned_windows(
            dataset, values, compute_windows(dataset, recipe, values, report, scaling)
        )
    save_features(target, dataset, learned_windows.windows, task.answers(dataset, learned_windows, scaling))
    train_windows = sum(dataset.splits[place] is Split.TRAIN for place in learned_windows.windows.recordings)
    return WrittenFeatures([*dataset.notes, *short_note(dataset, all_windows)], scaling, train_windows)


@dataclass(frozen=True)
class SharedWork:
    """The work that runs of the same person with the same data have in common: a search trains many of them. Its
    `write_features` may have the features of a run already, and its `processes` have loaded their libraries."""

    write_features: Callable[[PreparedRun, Path, Report], WrittenFeatures] = write_features
    processes: ProcessPool | None = None
    is_alone: bool = True
    """Whether no other of these runs trains at the same time."""


NOTHING_SHARED = SharedWork()


def train(
    run: PreparedRun,
    folder: RunFolder,
    send: Send,
    *,
    minutes: float = DEFAULT_MINUTES,
    command: Callable[[], ChildCommand | None] = lambda: None,
    shared_work: SharedWork = NOTHING_SHARED,
) -> TrainedModel:
    """Trains a model, from the newest checkpoint if there is one. `command` is asked several times a second for what
    the run is to be told meanwhile. Raises `Refused`, and `RunPaused`."""
    if run.settings.recipe.estimator is not None:
        return _train_estimator(run, folder, send, minutes, command, _features_of(run, folder, send, shared_work))
    # A run that is alone compiles its network while features are computed, for as many windows as it expects.
    # Where runs share the processors that gains nothing, and the features of most are there already.
    early = None if shared_work.processes is None else _features_of(run, folder, send, shared_work)
    windows = expected_windows(run) if early is None else early.train_windows
    step = _training_step(run, folder, send, minutes, windows, shared_work)
    with begin_step(step, ENVIRONMENT.python, _reporter(send), _LATE, shared_work.processes) as working:
        features = early or _features_of(run, folder, send, shared_work)
        working.give("features", folder.features)
        training = _follow(run, working, send, command, shared_work)
    notes, dataset, recipe = features.notes, run.dataset, run.settings.recipe
    float_model = folder.outputs()["model"].read_bytes()
    quantisation, model = _quantise(run, folder, float_model, send, shared_work)
    judged_rune, threshold_notes = _whole_rune(run, model, features.scaling, send)
    judgements = _judgements(run, judged_rune, features.scaling, send)
    report = {
        **_data_report(run, [*notes, *threshold_notes, *pruning_note(run.settings.values, training.result)]),
        **training.result,
        **(background_report(recipe, judged_rune, _reporter(send)) if shared_work.processes is None else {}),
        "quantiser": "" if run.training.form == FLOAT else quantisation.result["quantiser"],
        "judgements": {split: each.to_json(dataset.labels) for split, each in judgements.items()},
    }
    answers = {split: each.answers for split, each in judgements.items()}
    rune, gaps = built_rune(judged_rune), {**training.gaps, **quantisation.gaps}
    runefile, scaling = judged_rune.runefile, features.scaling
    return TrainedModel(float_model, model, runefile, report, gaps, answers, judged_rune, scaling, rune=rune)


def _features_of(run: PreparedRun, folder: RunFolder, send: Send, shared_work: SharedWork) -> WrittenFeatures:
    """Computes the features of a run and says so."""
    features, dataset = shared_work.write_features(run, folder.features, _reporter(send)), run.dataset
    groups = {split.value: dataset.groups(split) for split in Split}
    send({"event": "data", "samples": run.counts(), "groups": groups, "notes": list(features.notes)})
    return features


def _whole_rune(run: PreparedRun, model: bytes, scaling: DataScaling, send: Send) -> tuple[JudgedRune, Sequence[str]]:
    """The rune around a model, and sentences about its threshold."""
    settings, path, dataset = run.settings, run.training.model, run.dataset
    recipe, values = settings.recipe, settings.values
    draft = DraftRune(
        partial(whole_runefile, recipe, values, path, model, dataset.labels, scaling),
        {path: model, **recipe.files},
        scores_stage(model),
        recipe.ends_in_silence,
        dataset,
        values,
        settings.seed,
        partial(rows_of_split, report=_reporter(send)),
    )
    return recipe.task.finished(draft)


def _data_report(run: PreparedRun, notes: Sequence[str]) -> dict[str, Json]:
    dataset = run.dataset
    return {
        "labels": list(dataset.labels),
        "samples": run.counts(),
        "groups": {split.value: dataset.groups(split) for split in Split},
        "notes": list(notes),
    }


def _judgements(
    run: PreparedRun, judged_rune: JudgedRune, scaling: DataScaling, send: Send
) -> dict[str, TaskJudgement]:
    """Measures how often a rune is right, or how far it is off, on the validation split. The test split is not read."""
    split, settings = Split.VALIDATION, run.settings
    return {split.value: judge_split(settings, judged_rune, scaling, run.dataset, split, _reporter(send))}


def _train_estimator(
    run: PreparedRun,
    folder: RunFolder,
    send: Send,
    minutes: float,
    command: Callable[[], ChildCommand | None],
    features: WrittenFeatures,
) -> TrainedModel:
    """Learns with an estimator in place of a network."""

    def receive(event: Mapping[str, Json]) -> None:
        send({"event": "epoch", "best_epoch": event["best_epoch"], **event["epoch"]})

    settings, output = run.settings, folder.path / "learned.json"
    files = EstimatorFiles(run.training.model, folder.features, output, features.scaling)
    result = estimate(settings, files, minutes, _reporter(send), receive, command)
    threshold = result.numbers.get("on")
    judged_rune = JudgedRune(result.runefile, result.files, MODEL_STAGE, threshold)
    judgements = _judgements(run, judged_rune, features.scaling, send)
    report = {
        **result.outcome.result,
        **_data_report(run, [*features.notes, *result.outcome.result["notes"]]),
        **background_report(settings.recipe, judged_rune, _reporter(send)),
        "quantiser": "",
        "judgements": {split: each.to_json(run.dataset.labels) for split, each in judgements.items()},
    }
    answers = {split: each.answers for split, each in judgements.items()}
    main, rune, gaps = next(iter(result.files.values())), built_rune(judged_rune), result.outcome.gaps
    runefile, scaling = result.runefile, features.scaling
    return TrainedModel(b"", main, runefile, report, gaps, answers, judged_rune, scaling, result.files, rune)


def expected_windows(run: PreparedRun) -> int:
    """Returns about how many windows a run learns from, before they are computed: one of each recording, or as many
    as the lines of its file fill where a window slides over rows."""
    values = run.settings.values
    recordings = [
        recording
        for recording, split in zip(run.dataset.recordings, run.dataset.splits, strict=True)
        if split is Split.TRAIN
    ]
    if "window" not in values:
        return len(recordings)
    window = int(values["window"])
    hop = int(values.get("hop", window))  # windows of a recipe without a hop do not overlap
    return sum(1 + max(0, each.data.count(b"\n") - window) // hop for each in recordings)


def _training_step(
    run: PreparedRun, folder: RunFolder, send: Send, minutes: float, windows: int, shared_work: SharedWork
) -> Step:
    settings = run.settings
    spec = {
        "recipe": settings.recipe.name,
        "values": dict(settings.values),
        "seed": settings.seed,
        "labels": list(settings.labels),
        "digest": settings.digest,
        "shape": list(settings.recipe.features(settings.values).shape),
        "windows": max(1, windows),
        "is_alone": shared_work.is_alone,
        "is_followed": shared_work.processes is None,
    }
    inputs: dict[str, Path] = {}
    if run.teacher is not None:
        inputs["teacher"] = folder.path / "teacher"
        inputs["teacher"].write_bytes(run.teacher.data)
    if run.start is not None:
        spec["start"] = run.start.path
        inputs["start"] = folder.path / "start"
        inputs["start"].write_bytes(run.start.data)
    checkpoint = folder.newest_checkpoint()
    if checkpoint is not None:
        inputs["checkpoint"] = checkpoint.path
        send({"event": "resumed", "epoch": checkpoint.epoch, "best_epoch": checkpoint.best_epoch})
    limits = ChildLimits(seconds=round(minutes * 60), memory=MEMORY)
    return Step("train", spec, inputs, folder.outputs(), limits, "training run")


def _follow(
    run: PreparedRun,
    working: BegunStep,
    send: Send,
    command: Callable[[], ChildCommand | None],
    shared_work: SharedWork,
) -> Outcome:
    """Passes on what a training step sends, until it ends. Raises `Refused`, and `RunPaused`."""

    def receive(event: Mapping[str, Json]) -> None:
        if "epoch" in event:
            if event["epoch"]["epoch"] == 1 and shared_work.processes is None:
                start_ahead(analysis_python(QUANTISER), "quantise")
            send({"event": "epoch", "best_epoch": event["best_epoch"], **event["epoch"]})
        elif "answers" in event:
            # Sounds that were made are behind the recordings, and nobody has them to listen to.
            answers = [each for each in event["answers"] if each[0] < len(run.dataset.recordings)]
            send({"event": "answers", "epoch": event["of_epoch"], "answers": answers})
        else:
            send({"event": "checkpoint", "epoch": event["of_epoch"], "file": event["checkpoint"]})

    try:
        outcome = working.outcome(_reporter(send), receive, command)
    except Refused as refusal:
        if refusal.reason is not Reason.OUT_OF_MEMORY:
            raise
        raise Refused(refusal.reason, f"{refusal} {_MEMORY_ADVICE}") from refusal
    if "paused" in outcome.result:
        raise RunPaused
    return outcome


def _quantise(
    run: PreparedRun, folder: RunFolder, float_model: bytes, send: Send, shared_work: SharedWork
) -> tuple[Outcome, bytes]:
    """The model in its form, with ranges measured on windows that it learned from."""
    form = run.training.form
    with TemporaryDirectory(prefix="rune-train-") as name:
        source, samples, output = (Path(name) / each for each in ("float.tflite", "samples.zip", "output.tflite"))
        source.write_bytes(float_model)
        samples.write_bytes(calibration_samples(folder.features))
        bounds = run.settings.recipe.features(run.settings.values).bounds
        spec = {"forms": [form], "floats": [], "form": form, "input_bounds": bounds}
        step = Step("quantise", spec, {"source": source, "samples": samples}, {form: output}, work="quantisation")
        outcome = run_step(step, analysis_python(QUANTISER), _reporter(send), pool=shared_work.processes)
        return outcome, float_model if form == FLOAT else output.read_bytes()


def calibration_samples(features: Path) -> bytes:
    """Windows of the train split, spread evenly, as an archive of samples."""
    with np.load(features, allow_pickle=False) as arrays:
        train_windows = arrays["inputs"][arrays["splits"] == 0]
    samples = train_windows[:: max(1, -(-len(train_windows) // MOST_SAMPLES))]
    buffer, array = io.BytesIO(), io.BytesIO()
    np.save(array, samples)
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("windows.npy", array.getvalue())
    return buffer.getvalue()


def _reporter(send: Send) -> Report:
    """Sends how far a part of a run is, a few times a second."""
    last_report = 0.0

    def report(share: float, text: str) -> None:
        nonlocal last_report
        if time.monotonic() - last_report >= REPORT_SECONDS:
            last_report = time.monotonic()
            send({"event": "progress", "share": round(share, 3), "text": text})

    return report

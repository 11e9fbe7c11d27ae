"""A whole training run: from the data of a project to a quantised model, its Runefile, and how often it is right."""

from __future__ import annotations

import io
import sys
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from lab.child.job import ChildCommand, Report
from lab.child.limits import ChildLimits
from lab.child.start import BegunStep, Outcome, ProcessPool, Step, begun, start_ahead
from lab.child.start import run as run_step
from lab.dataset.tables import require_rows
from lab.quantize.forms import FLOAT
from lab.quantize.samples import MOST_SAMPLES
from lab.recipes.alarm import DISTANCE_STAGE
from lab.recipes.numbers import NUMBER_STAGE, DataScaling
from lab.recipes.recipe import MODEL_STAGE, SHARES_STAGE, scores_stage, whole_runefile
from lab.refusal import Reason, Refused
from lab.training.data import (
    compute_windows,
    generated_dataset,
    joined,
    learned_positions,
    learned_windows,
    measured_scaling,
    require_windows,
    save_features,
    short_note,
    with_numbers,
)
from lab.training.estimating import EstimatorFiles, estimate
from lab.training.judging.counts import CountJudgement, counting_rune, judge_counts
from lab.training.judging.judge import (
    Judged,
    JudgedNumbers,
    NumberJudgement,
    SplitJudgement,
    judge,
    judge_numbers,
    normal_scores,
)
from lab.training.judging.thresholds import (
    NORMAL_WINDOWS,
    few_windows_note,
    generated_sounds_note,
    threshold_of,
    word_threshold,
)
from lab.training.preparing import PreparedRun
from lab.training.pruning_note import pruning_note
from lab.training.run_folder import RunFolder
from lab.training.settings import ENVIRONMENT
from rune.datasets.splits import Split
from rune.port import Port

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
    """The result of a run. `report` has the curves and how often the rune is right; `answers` those of the rune, by
    split: the place of each recording in the data set, its answer's among the labels, and how sure that is."""

    float_model: bytes
    """Empty where an estimator has learned; `parameters` has the files of its blocks by their paths."""
    model: bytes
    runefile: str
    report: Mapping[str, Json]
    gaps: Mapping[str, str]
    answers: Mapping[str, Sequence[tuple[int, int, float]]]
    parameters: Mapping[str, bytes] = field(default_factory=dict)


class RunPaused(Exception):
    """The run paused on request, and saved a checkpoint from which it goes on."""


@dataclass(frozen=True)
class WrittenFeatures:
    """Notes about the data of a run for people, the scaling of its train split, and its windows to learn from."""

    notes: Sequence[str]
    scaling: DataScaling
    train_windows: int


def write_features(prepared: PreparedRun, target: Path, report: Report) -> WrittenFeatures:
    """Computes the features of a run into a file. Raises `Refused`."""
    settings = prepared.settings
    recipe, values = settings.recipe, settings.values
    dataset = joined(prepared.dataset, generated_dataset(prepared.dataset, recipe, values, settings.seed))
    if recipe.target is not None:
        require_rows(dataset.recordings, dataset.splits, recipe.target.rows(values), recipe.name)
    computed = compute_windows(dataset, recipe, values, report)
    windows, numbers = with_numbers(dataset, recipe, values, learned_windows(dataset, recipe, computed))
    if not recipe.counts:  # a picture always fills its window
        require_windows(dataset, windows)
    scaling = measured_scaling(dataset, windows, numbers)
    if recipe.scales:
        scaled = compute_windows(dataset, recipe, values, report, scaling)
        windows, _ = with_numbers(dataset, recipe, values, learned_windows(dataset, recipe, scaled))
    learned = None if numbers is None else numbers.scaled(scaling)
    if recipe.reconstructs:
        learned = windows.inputs
    elif recipe.counts:
        learned = learned_positions(dataset, windows)
    save_features(target, dataset, windows, learned)
    train_windows = sum(dataset.splits[place] is Split.TRAIN for place in windows.recordings)
    return WrittenFeatures([*dataset.notes, *short_note(dataset, computed)], scaling, train_windows)


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
    prepared: PreparedRun,
    folder: RunFolder,
    send: Send,
    *,
    minutes: float = DEFAULT_MINUTES,
    command: Callable[[], ChildCommand | None] = lambda: None,
    shared: SharedWork = NOTHING_SHARED,
) -> TrainedModel:
    """Trains a model, from the newest checkpoint if there is one. `command` is asked several times a second for what
    the run is to be told meanwhile. Raises `Refused`, and `RunPaused`."""
    if prepared.settings.recipe.estimator is not None:
        return _estimated(prepared, folder, send, minutes, command, _computed(prepared, folder, send, shared))
    # A run that is alone compiles its network while features are computed, for as many windows as it expects.
    # Where runs share the processors that gains nothing, and the features of most are there already.
    early = None if shared.processes is None else _computed(prepared, folder, send, shared)
    windows = expected_windows(prepared) if early is None else early.train_windows
    step = _training_step(prepared, folder, send, minutes, windows, shared)
    with begun(step, ENVIRONMENT.python, _reporter(send), _LATE, shared.processes) as working:
        features = early or _computed(prepared, folder, send, shared)
        working.give("features", folder.features)
        training = _followed(prepared, working, send, command, shared)
    notes, dataset = features.notes, prepared.dataset
    float_model = folder.outputs()["model"].read_bytes()
    quantisation, model = _quantise(prepared, folder, float_model, send, shared)
    judged, threshold_notes = _whole_rune(prepared, model, features.scaling, send)
    runefile, notes = (
        judged.runefile,
        [*notes, *threshold_notes, *pruning_note(prepared.settings.values, training.result)],
    )
    judgements = _judged(prepared, judged, features.scaling, send)
    report = {
        **_data_report(prepared, notes),
        **training.result,
        "quantiser": "" if prepared.training.form == FLOAT else quantisation.result["quantiser"],
        "judgements": {split: each.to_json(dataset.labels) for split, each in judgements.items()},
    }
    answers = {split: each.answers for split, each in judgements.items()}
    return TrainedModel(float_model, model, runefile, report, {**training.gaps, **quantisation.gaps}, answers)


def _computed(prepared: PreparedRun, folder: RunFolder, send: Send, shared: SharedWork) -> WrittenFeatures:
    """Computes the features of a run and says so."""
    features, dataset = shared.write_features(prepared, folder.features, _reporter(send)), prepared.dataset
    groups = {split.value: dataset.groups(split) for split in Split}
    send({"event": "data", "samples": dataset.counts(), "groups": groups, "notes": list(features.notes)})
    return features


def _whole_rune(prepared: PreparedRun, model: bytes, scaling: DataScaling, send: Send) -> tuple[Judged, Sequence[str]]:
    """The rune around a model, and sentences about its threshold. The threshold of an alarm is measured on the scores
    of the quantised rune itself."""
    settings, path, dataset = prepared.settings, prepared.training.model, prepared.dataset
    recipe, values = settings.recipe, settings.values
    if recipe.counts:
        return counting_rune(recipe, values, path, model, dataset, _reporter(send))
    parts = recipe, values, path, model, dataset.labels, scaling
    files = {path: model, **recipe.files}
    if not recipe.reconstructs and not recipe.learns_word:
        stage = scores_stage(model)
        return Judged(whole_runefile(*parts), files, stage, ends_in_silence=recipe.ends_in_silence), ()
    port = Port(DISTANCE_STAGE, 0) if recipe.reconstructs else Port(SHARES_STAGE, 1)
    unset = Judged(
        whole_runefile(*parts),
        files,
        port.stage,
        scores_place=port.index,
        ends_in_silence=recipe.ends_in_silence,
    )
    generated = generated_dataset(dataset, recipe, values, settings.seed)
    scores = normal_scores(unset, joined(dataset, generated), Split.VALIDATION, _reporter(send))
    threshold = threshold_of(scores, values)
    kind = ("window without the word", "windows without the word") if recipe.learns_word else NORMAL_WINDOWS
    notes = few_windows_note(threshold.windows, values, kind)
    if recipe.learns_word:
        threshold = word_threshold(threshold)
    judged = replace(unset, runefile=whole_runefile(*parts, threshold), threshold=threshold.on)
    if Split.TEST in generated.splits:
        notes = [*notes, generated_sounds_note(judge(judged, generated, Split.TEST, _reporter(send)).confusion)]
    return judged, notes


def _data_report(prepared: PreparedRun, notes: Sequence[str]) -> dict[str, Json]:
    dataset = prepared.dataset
    return {
        "labels": list(dataset.labels),
        "samples": dataset.counts(),
        "groups": {split.value: dataset.groups(split) for split in Split},
        "notes": list(notes),
    }


def _judged(
    prepared: PreparedRun, judged: Judged, scaling: DataScaling, send: Send
) -> dict[str, SplitJudgement | NumberJudgement | CountJudgement]:
    """How often a rune is right, or how far it is off, on the splits that it did not learn from."""
    dataset, target = prepared.dataset, prepared.settings.recipe.target
    splits = [split for split in (Split.VALIDATION, Split.TEST) if split in dataset.splits]
    if prepared.settings.recipe.counts:
        values = prepared.settings.values
        return {split.value: judge_counts(judged, values, dataset, split, _reporter(send)) for split in splits}
    if target is None:
        return {split.value: judge(judged, dataset, split, _reporter(send)) for split in splits}
    judged = replace(judged, scores_stage=NUMBER_STAGE)
    numbers = JudgedNumbers(target, prepared.settings.values, scaling)
    return {split.value: judge_numbers(judged, numbers, dataset, split, _reporter(send)) for split in splits}


def _estimated(
    prepared: PreparedRun,
    folder: RunFolder,
    send: Send,
    minutes: float,
    command: Callable[[], ChildCommand | None],
    features: WrittenFeatures,
) -> TrainedModel:
    """Learns with an estimator in place of a network."""

    def receive(event: Mapping[str, Json]) -> None:
        send({"event": "epoch", "best_epoch": event["best_epoch"], **event["epoch"]})

    settings, output = prepared.settings, folder.path / "learned.json"
    files = EstimatorFiles(prepared.training.model, folder.features, output, features.scaling)
    learned = estimate(settings, files, minutes, _reporter(send), receive, command)
    threshold = learned.numbers.get("on")
    judged = Judged(learned.runefile, learned.files, MODEL_STAGE, threshold)
    judgements = _judged(prepared, judged, features.scaling, send)
    report = {
        **learned.outcome.result,
        **_data_report(prepared, [*features.notes, *learned.outcome.result["notes"]]),
        "quantiser": "",
        "judgements": {split: each.to_json(prepared.dataset.labels) for split, each in judgements.items()},
    }
    answers = {split: each.answers for split, each in judgements.items()}
    main = next(iter(learned.files.values()))
    return TrainedModel(b"", main, learned.runefile, report, learned.outcome.gaps, answers, learned.files)


def expected_windows(prepared: PreparedRun) -> int:
    """About how many windows a run learns from, before they are computed: one of each recording, or as many as the
    lines of its file fill where a window slides over rows."""
    values = prepared.settings.values
    recordings = [
        recording
        for recording, split in zip(prepared.dataset.recordings, prepared.dataset.splits, strict=True)
        if split is Split.TRAIN
    ]
    if "window" not in values:
        return len(recordings)
    window, hop = int(values["window"]), int(values["hop"])
    return sum(1 + max(0, each.data.count(b"\n") - window) // hop for each in recordings)


def _training_step(
    prepared: PreparedRun, folder: RunFolder, send: Send, minutes: float, windows: int, shared: SharedWork
) -> Step:
    settings = prepared.settings
    spec = {
        "recipe": settings.recipe.name,
        "values": dict(settings.values),
        "seed": settings.seed,
        "labels": list(settings.labels),
        "digest": settings.digest,
        "shape": list(settings.recipe.features(settings.values).shape),
        "windows": max(1, windows),
        "is_alone": shared.is_alone,
        "is_followed": shared.processes is None,
    }
    inputs: dict[str, Path] = {}
    if prepared.teacher is not None:
        inputs["teacher"] = folder.path / "teacher"
        inputs["teacher"].write_bytes(prepared.teacher.data)
    if prepared.start is not None:
        spec["start"] = prepared.start.path
        inputs["start"] = folder.path / "start"
        inputs["start"].write_bytes(prepared.start.data)
    checkpoint = folder.newest_checkpoint()
    if checkpoint is not None:
        inputs["checkpoint"] = checkpoint.path
        send({"event": "resumed", "epoch": checkpoint.epoch, "best_epoch": checkpoint.best_epoch})
    limits = ChildLimits(seconds=round(minutes * 60), memory=MEMORY)
    return Step("train", spec, inputs, folder.outputs(), limits, "training run")


def _followed(
    prepared: PreparedRun,
    working: BegunStep,
    send: Send,
    command: Callable[[], ChildCommand | None],
    shared: SharedWork,
) -> Outcome:
    """Passes on what a training step sends, until it ends. Raises `Refused`, and `RunPaused`."""

    def receive(event: Mapping[str, Json]) -> None:
        if "epoch" in event:
            if event["epoch"]["epoch"] == 1 and shared.processes is None:
                start_ahead(Path(sys.executable), "quantise")
            send({"event": "epoch", "best_epoch": event["best_epoch"], **event["epoch"]})
        elif "answers" in event:
            # Sounds that were made are behind the recordings, and nobody has them to listen to.
            answers = [each for each in event["answers"] if each[0] < len(prepared.dataset.recordings)]
            send({"event": "answers", "epoch": event["of_epoch"], "answers": answers})
        else:
            send({"event": "checkpoint", "epoch": event["of_epoch"], "file": event["checkpoint"]})

    try:
        outcome = working.outcome(_reporter(send), receive, command)
    except Refused as refused:
        if refused.reason is not Reason.OUT_OF_MEMORY:
            raise
        raise Refused(refused.reason, f"{refused} {_MEMORY_ADVICE}") from refused
    if "paused" in outcome.result:
        raise RunPaused
    return outcome


def _quantise(
    prepared: PreparedRun, folder: RunFolder, float_model: bytes, send: Send, shared: SharedWork
) -> tuple[Outcome, bytes]:
    """The model in its form, with ranges measured on windows that it learned from."""
    form = prepared.training.form
    with TemporaryDirectory(prefix="rune-train-") as name:
        source, samples, output = (Path(name) / each for each in ("float.tflite", "samples.zip", "output.tflite"))
        source.write_bytes(float_model)
        samples.write_bytes(calibration_samples(folder.features))
        bounds = prepared.settings.recipe.features(prepared.settings.values).bounds
        spec = {"forms": [form], "floats": [], "form": form, "input_bounds": bounds}
        step = Step("quantise", spec, {"source": source, "samples": samples}, {form: output}, work="quantisation")
        outcome = run_step(step, Path(sys.executable), _reporter(send), pool=shared.processes)
        return outcome, float_model if form == FLOAT else output.read_bytes()


def calibration_samples(features: Path) -> bytes:
    """Windows of the train split, spread evenly, as an archive of samples."""
    with np.load(features, allow_pickle=False) as arrays:
        learned = arrays["inputs"][arrays["splits"] == 0]
    chosen = learned[:: max(1, -(-len(learned) // MOST_SAMPLES))]
    buffer, array = io.BytesIO(), io.BytesIO()
    np.save(array, chosen)
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("windows.npy", array.getvalue())
    return buffer.getvalue()


def _reporter(send: Send) -> Report:
    """Sends how far a part of a run is, a few times a second."""
    sent = 0.0

    def report(share: float, text: str) -> None:
        nonlocal sent
        if time.monotonic() - sent >= REPORT_SECONDS:
            sent = time.monotonic()
            send({"event": "progress", "share": round(share, 3), "text": text})

    return report

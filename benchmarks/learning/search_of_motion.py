"""A search of the motion recipe and a run with the settings of its best trial, in ten minutes: a model with half of the
RAM of one that was designed by hand, and how much of the accuracy of the best trial was luck.

The model by hand is the template as it was before the recipe made it. The template of today is measured beside it.

A trial is chosen by the validation split. Each trained trial is also run on the test split, which the search never
reads: where the best of many is further above its accuracy there than the others are, it was chosen for its luck.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.figure import ROOT, CannotMeasure, table
from benchmarks.learning.windows import TEST_PEOPLE, exercise_recordings, windows_of, write_series
from lab.dataset.dataset import Dataset
from lab.dataset.features import RecordingRunner
from lab.search.counting import needs_of_rune
from lab.search.devices import SearchDevice, SearchDevices
from lab.search.limits import DeviceLimits
from lab.search.running import Budget, CandidateSearch, run_search
from lab.search.space import space_of
from lab.search.trials import Trial, TrialState, open_trials
from lab.tasks.judging.judged_rune import judge
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.run import TrainedModel, train
from lab.training.run_folder import RunFolder
from lab.training.running_rune import rows_of_split
from lab.training.settings import ENVIRONMENT
from rune.assessment.evaluation.recorded_tensors import tensor_array
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.datasets.splits import Split
from rune.devices.boards.fit import Needs
from rune.devices.emulation.measuring import measured_or_planned
from rune.port import Port
from rune.project.files import FolderFiles, MemoryFiles
from rune.source.policy.sections.training import Training
from rune.statistics.intervals import wilson

TRIALS, MINUTES, WORKERS = 200, 8.25, 2
TARGET = "cortex-m4"
COMPARED_FOLDERS = (
    ("the template as it was designed by hand", Path(__file__).parent / "motion_by_hand"),
    ("the template of today, by the recipe", ROOT / "examples" / "motion"),
)
"""Folders of runes by their names. The search has half of the RAM of the first."""
_VALIDATION_SHARE = 0.15
CHOOSING_SHARES = dict.fromkeys(range(1, 8), _VALIDATION_SHARE)
"""The share of each recording of a person that chooses the trial: the ends of all recordings."""
LEARNING_SHARES = {1: _VALIDATION_SHARE}
"""The same for the epoch of the run, which learns all other recordings whole, as the script of the template does."""
_ROWS = {"window": 150, "hop": 30, "scale": 1.0}
_AUGMENTATION = {"pace": 0.5, "turn": 30.0, "strength": 0.3, "sensor": 0.04}
"""The augmentation of the template for motions."""
ARGUMENTS = {**_ROWS, **_AUGMENTATION, "smoothing": 0.1, "epochs": 40, "patience": 40, "batch": 64}
"""All else, also the layers, has the recipe's defaults. The search begins with these."""
DENSER = {"hop": 10, "epochs": 16, "patience": 16}
"""The arguments that differ when the best trial is learned as a run: more windows of the same recordings."""
SPACE = {"window": ("100", "150"), "average": ("1", "2", "5"), "dropout": ("0", "0.3")}
"""The arguments to search in place of the recipe's: windows in which `hop` is a whole number of rows at each rate,
and no longer than what is tested."""


@dataclass(frozen=True)
class TestedTrial:
    """A trained trial: the share of recordings that it answers right on the split that it was chosen by, and on that
    which the search never read."""

    trial: Trial
    validation: float
    test: float

    @property
    def needs(self) -> Needs:
        assert self.trial.needs is not None, "a trained trial was counted"
        return self.trial.needs

    @property
    def difference(self) -> float:
        """The accuracy on the validation split, by which trials are chosen, less that on the test split."""
        return self.validation - self.test


@dataclass(frozen=True)
class ComparedRune:
    """The share of the test split that a given rune answers right, and its needs."""

    name: str
    test: float
    needs: Needs


@dataclass(frozen=True)
class LearnedRun:
    """A run with the settings of a trial: the share of the test split that it answers right, its needs, and how long
    it took."""

    test: float
    needs: Needs
    seconds: float


def measure() -> str:
    if not ENVIRONMENT.is_ready:
        raise CannotMeasure(f"the environment {ENVIRONMENT.name} is not prepared; run make lab")
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = write_exercises(folder, folder / "samples", CHOOSING_SHARES)
        base = prepare_run(Training("motion", "samples", arguments=ARGUMENTS), source, {})
        compared_runes = [compared_rune(*each, base.test) for each in COMPARED_FOLDERS]
        limits = DeviceLimits(ram=compared_runes[0].needs.ram // 2)
        by_number: dict[int, TrainedModel] = {}

        def keep(number: int, _run: PreparedRun, result: TrainedModel) -> None:
            by_number[number] = result

        began = time.monotonic()
        space = space_of(base.settings.recipe, SPACE, "int8")
        search = CandidateSearch(base, space, SearchDevices(SearchDevice(TARGET, limits)))
        with open_trials(folder / "trials.jsonl", search.settings()) as rows:
            run_search(search, rows, Budget(TRIALS, MINUTES, WORKERS, TRIALS), lambda _event: None, keep=keep)
            trials = list(rows.trials)
        search_seconds = time.monotonic() - began
        tested_trials = [
            tested_trial(each, base.test, by_number[each.number]) for each in trials if each.number in by_number
        ]
        if not tested_trials:
            raise CannotMeasure("no trial was trained in the time")
        whole = write_exercises(folder, folder / "whole", LEARNING_SHARES)
        run = learned_run(best_of(tested_trials).trial, whole, folder / "run")
        seconds = search_seconds + run.seconds
    return _text(trials, tested_trials, run, seconds, compared_runes, base.test)


def write_exercises(cache: Path, folder: Path, validation_shares: Mapping[int, float]) -> Path:
    """Writes recordings to learn from, and three seconds at a time for the validation, which are the ends of the
    recordings of some people, and for the test."""
    recordings, names = exercise_recordings(cache)
    for number, each in enumerate(recordings):
        name = f"{names[each.label]}/{number:03}"
        if each.person in TEST_PEOPLE:
            _write_pieces(folder / "test" / name, windows_of(each.rows))
            continue
        end = len(each.rows) - round(validation_shares.get(each.person, 0.0) * len(each.rows))
        write_series(folder / "train" / f"{name}.csv", each.rows[:end])
        _write_pieces(folder / "validation" / name, windows_of(each.rows[end:]))
    return folder


def _write_pieces(path: Path, pieces: Sequence[NDArray[np.float32]]) -> None:
    for place, rows in enumerate(pieces):
        write_series(path.with_name(f"{path.name}-{place:03}.csv"), rows)


def compared_rune(name: str, folder: Path, dataset: Dataset) -> ComparedRune:
    """Measures the rune of a folder on the recordings of the test split."""
    files = FolderFiles(folder)
    build_result = build(files, BuildOptions("motion", target=find_target(TARGET)))
    needs, _ = measured_or_planned(build_result, "motion")
    return ComparedRune(name, share_right(files, dataset), needs)


def share_right(files: FolderFiles, dataset: Dataset) -> float:
    """The share of the recordings of the test split that the model of a rune recognises. The rune reads m/s², and the
    recordings are in g, so its scale is that of g."""
    labels = files.read("labels.txt").decode().split("\n")
    port = Port("model", 0)
    text = files.read("Runefile.yml").decode().replace("deviation: 9.81", "deviation: 1.0")
    project = MemoryFiles(
        {
            **{path: files.read(path) for path in files.paths() if not path.endswith(".csv")},
            "Runefile.yml": text.encode(),
        }
    )
    rune = build(project, BuildOptions("motion", watched=(port,))).rune
    runner = RecordingRunner(rune, lambda loaded_rune, _: tensor_array(loaded_rune.watched[port].tensors[0]))
    right = [
        labels[int(np.argmax(np.mean(runner.rows(recording), axis=0)))] == recording.label
        for recording, split in zip(dataset.recordings, dataset.splits, strict=True)
        if split is Split.TEST
    ]
    return float(np.mean(right))


def tested_trial(trial: Trial, dataset: Dataset, result: TrainedModel) -> TestedTrial:
    assert trial.accuracy is not None
    return TestedTrial(trial, trial.accuracy[0], tested_share(dataset, result))


def tested_share(dataset: Dataset, result: TrainedModel) -> float:
    """The share of the recordings of the test split on which a model is right."""
    judgement = judge(
        result.judged_rune, dataset, Split.TEST, partial(rows_of_split, report=lambda _share, _text: None)
    )
    return float(judgement.to_json(dataset.labels)["accuracy"][0])


def best_of(tested_trials: Sequence[TestedTrial]) -> TestedTrial:
    """The trial that a person would take: the best on the validation split."""
    return max(tested_trials, key=lambda each: each.validation)


def learned_run(trial: Trial, source: Path, folder: Path) -> LearnedRun:
    """Learns the network of a trial as a run of its own, on denser windows."""
    began = time.monotonic()
    arguments = {**ARGUMENTS, **trial.candidate.values, **DENSER}
    run = prepare_run(Training("motion", "samples", arguments=arguments), source, {})
    folder.mkdir()
    result = train(run, RunFolder(folder, run.settings.digest), lambda _event: None)
    seconds, settings = time.monotonic() - began, run.settings
    needs, _ = needs_of_rune(settings.recipe, settings.values, settings.labels, result.model, TARGET)
    return LearnedRun(tested_share(run.test, result), needs, seconds)


def _text(
    trials: Sequence[Trial],
    tested_trials: Sequence[TestedTrial],
    run: LearnedRun,
    seconds: float,
    compared_runes: Sequence[ComparedRune],
    dataset: Dataset,
) -> str:
    best = best_of(tested_trials)
    count = sum(dataset.counts()[Split.TEST.value].values())
    usual = statistics.mean(each.difference for each in tested_trials)
    states = [sum(each.state is state for each in trials) for state in (TrialState.TRAINED, TrialState.STOPPED)]
    began = ", with which the search began" if best.trial.number == min(each.number for each in trials) else ""
    rows = [
        *(_row(each.name, each.test, count, each.needs) for each in compared_runes),
        _row("the best trial", best.test, count, best.needs),
        _row("a run with its settings", run.test, count, run.needs),
    ]
    settings = ", ".join(f"{name} {value}" for name, value in best.trial.candidate.values.items())
    head = (
        "Three seconds of an exercise at a time, tested on three people who were not learned: "
        f"{count:,} windows. The limit is half of the RAM that the template by hand needs on a Cortex-M4. In "
        f"{MINUTES:g} minutes of search at most, {len(trials)} candidates were counted, {states[0]} of them trained to "
        f"the end and {states[1]} stopped early; the aim is {TRIALS}. The best has {settings}{began}. A run with its "
        f"settings learns more windows, one every {DENSER['hop']} rows, and the recordings that chose the trial too, "
        f"as the template does, in {run.seconds:.0f} s; search and run took {seconds:.0f} s together."
    )
    luck = (
        f"Chosen among {len(tested_trials)} by the validation split, the best trial is "
        f"right there in {100 * best.validation:.1f} %, and on the test split in {100 * best.test:.1f} %: "
        f"{100 * best.difference:+.1f} points. All trained trials together differ by {100 * usual:+.1f} points, "
        f"because the people are others. {_selection_bias(best.difference - usual)}"
    )
    return f"{head}\n\n{table(['', 'recognised', 'RAM', 'flash'], rows)}\n\n{luck}"


def _selection_bias(remaining: float) -> str:
    """Says how much more the best trial gains on the validation split, beside the test split, than the others do."""
    if remaining <= 0:
        return "The best has no more of that than the others, so no selection bias is seen."
    return (
        f"The remaining {100 * remaining:+.1f} points are the selection bias: by so much the best looked better "
        "because it was chosen."
    )


def _row(name: str, share: float, count: int, needs: Needs) -> tuple[str, str, str, str]:
    return name, _percent(share, count), f"{needs.ram / 1000:.1f} kB", f"{needs.flash / 1000:.1f} kB"


def _percent(share: float, count: int) -> str:
    interval = wilson(round(share * count), count)
    return f"{100 * share:.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f})"

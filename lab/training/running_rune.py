"""Runs the rune of a run on recordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from lab.child.job import Report
from lab.dataset.dataset import Dataset
from lab.dataset.features import RecordingRunner, build_rune
from lab.dataset.recording import Recording
from lab.tasks.judging.judged_rune import Array, JudgedRune
from lab.tasks.scaling import DataScaling
from lab.tasks.task import TaskJudgement
from lab.training.settings import RunSettings
from rune.assessment.evaluation.recorded_tensors import tensor_array
from rune.compiler.building.options import BuildOptions
from rune.datasets.splits import Split
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.running.runtime import LoadedRune


def rows_of_split(
    judged_rune: JudgedRune, dataset: Dataset, split: Split, report: Report
) -> Iterator[tuple[int, Recording, list[Array]]]:
    """Builds a rune, runs it on the recordings of a split, and gives the place of each with the values of the stage.
    Raises `Refused`."""
    ports = _watched_ports(judged_rune)

    def read(loaded_rune: LoadedRune, _messages: Sequence[Any]) -> Array:
        arrays = [tensor_array(loaded_rune.watched[each].tensors[0]) for each in ports]
        return arrays[0] if judged_rune.beside is None else np.concatenate([np.ravel(each) for each in arrays])

    runner = RecordingRunner(built_rune(judged_rune), read, ends_in_silence=judged_rune.ends_in_silence)
    places = [place for place, own in enumerate(dataset.splits) if own is split]
    for number, place in enumerate(places, start=1):
        recording = dataset.recordings[place]
        yield place, recording, runner.rows(recording)
        report(number / len(places), f"Running the rune on the {split.value} split, {number} of {len(places)}")


def judge_split(
    settings: RunSettings, judged_rune: JudgedRune, scaling: DataScaling, dataset: Dataset, split: Split, report: Report
) -> TaskJudgement:
    """Measures how often the rune of a run is right, or how far it is off, on a split that it did not learn from.
    Raises `Refused`.

    A run judges on the validation split. Nothing that trains, searches or chooses reads the test split: benchmarks do,
    at their end, and builds on a server."""
    run_split = partial(rows_of_split, report=report)
    return settings.recipe.task.judge(judged_rune, settings.values, scaling, dataset, split, run_split)


def built_rune(judged_rune: JudgedRune) -> bytes:
    """Builds the rune that answers on recordings; it sends its scores beside its outputs. Raises `Refused`."""
    files = MemoryFiles({DEFAULT_RUNEFILE: judged_rune.runefile.encode(), **judged_rune.files})
    return build_rune(files, BuildOptions("trained", watched=_watched_ports(judged_rune)))


def _watched_ports(judged_rune: JudgedRune) -> tuple[Port, ...]:
    port = Port(judged_rune.scores_stage, judged_rune.scores_place)
    return (port,) if judged_rune.beside is None else (port, judged_rune.beside)

"""The events of `lab` during training and its final answer, as types: each is checked against them first."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from forge.compute.pool.answer_reading import ModelNeedsJson
from rune.assessment.evaluation.trials.background import BackgroundTrialJson

AnswerJson = list[float]
"""The place of a recording, that of its answer's label, and how sure that is, from 0 to 1."""


class EpochJson(TypedDict):
    """A row of the curves: losses, and shares of windows that are right; of a recipe whose curve is `explained`, shares
    of the squared differences from the answer without learning; of one whose curve is `f1`, the F1 of cells."""

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float


class DataEvent(TypedDict):
    """The data event. `recordings` are names of files, `digest` names the run."""

    event: Literal["data"]
    labels: list[str]
    recordings: list[str]
    samples: dict[str, dict[str, int]]
    digest: str
    classes: dict[str, str]
    """The label that stands for each label of the data, where a recipe joins some; {} where it does not."""


class EpochEvent(EpochJson):
    """An epoch ended."""

    event: Literal["epoch"]
    best_epoch: int


class AnswersEvent(TypedDict):
    """The answers of an epoch for the validation split."""

    event: Literal["answers"]
    epoch: int
    answers: list[AnswerJson]


class CheckpointEvent(TypedDict):
    """A checkpoint was written to a file in the folder of the run."""

    event: Literal["checkpoint"]
    epoch: int
    file: str


class ResumedEvent(TypedDict):
    """The run goes on behind an epoch."""

    event: Literal["resumed"]
    epoch: int
    best_epoch: int


class RunNeedsJson(ModelNeedsJson):
    """The rune's needs on a target; `before_pruning` are those with all channels, of a run that removes some."""

    before_pruning: NotRequired[ModelNeedsJson]


class NeedsEvent(TypedDict):
    """The rune's needs on targets, and bytes of the rune for browsers."""

    event: Literal["needs"]
    needs: dict[str, RunNeedsJson]
    rune_size: int


class NoteEvent(TypedDict):
    """Something that people read."""

    event: Literal["note"]
    text: str


class NotesEvent(TypedDict):
    """The notes about the data for people."""

    event: Literal["notes"]
    notes: list[str]


class BegunAgainEvent(TypedDict):
    """The run begins again with other values, because memory did not suffice."""

    event: Literal["begun-again"]
    values: dict[str, float]


class PausedJson(TypedDict):
    """The answer of a run that paused on request."""

    paused: Literal[True]


class ErrorRangeJson(TypedDict):
    """A figure with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


class ReportedErrorJson(TypedDict):
    """The mean absolute error of a rune that answers with numbers, in the unit of what was learned, beside that of the
    answer without learning, which `baseline_name` is. `gain` is the share of it that is gone, below 0 where the rune is
    worse; null where nothing was left to gain."""

    windows: int
    error: ErrorRangeJson
    baseline: ErrorRangeJson
    baseline_name: str
    gain: ErrorRangeJson | None
    largest: float


class LabelCountsJson(TypedDict):
    """The accuracy of counts of objects of a label: shares, null of nothing, and the mean error of their count."""

    objects: int
    precision: float | None
    recall: float | None
    f1: float | None
    count_error: float


class CountingJson(TypedDict):
    """The accuracy of a rune's counts of objects: those of its label at most a cell away are found.

    `count_error` is the mean absolute error of the count of a label in a picture, and `baseline` that without
    looking.
    """

    objects: int
    threshold: float
    precision: ErrorRangeJson | None
    recall: ErrorRangeJson | None
    f1: ErrorRangeJson | None
    count_error: ErrorRangeJson
    baseline: ErrorRangeJson
    labels: dict[str, LabelCountsJson]


class LabelMiscountJson(TypedDict):
    """A label that is miscounted in a picture: how many objects were marked, and how many the rune counted."""

    label: str
    marked: int
    counted: int


class PictureMiscountsJson(TypedDict):
    """A picture whose counts are wrong: its place among the recordings of the run, and the labels."""

    recording: int
    labels: list[LabelMiscountJson]


class JudgedSplitJson(TypedDict):
    """The accuracy of the rune on a split: a share with the bounds of its 95 % interval, of so many recordings.

    Of a rune that answers with numbers, how far it is off; of one that counts objects, how well it does, and the
    pictures in which it counts worst.
    """

    accuracy: list[float] | None
    samples: int
    error: NotRequired[ReportedErrorJson | None]
    counting: NotRequired[CountingJson | None]
    worst_counts: NotRequired[list[PictureMiscountsJson]]


class TrainingReportJson(TypedDict):
    """The part of the report of a run that pages show."""

    best_epoch: int
    parameters: int
    pruned_after: NotRequired[int | None]
    accuracy_before: NotRequired[float]
    judgements: dict[str, JudgedSplitJson]
    background: NotRequired[BackgroundTrialJson]


class TrainedJson(TypedDict):
    """The answer of a run. `files` names the file of each path, `answers` has those of the rune by split."""

    files: dict[str, str]
    report: TrainingReportJson
    answers: dict[str, list[AnswerJson]]
    values: dict[str, float]
    gaps: dict[str, str]

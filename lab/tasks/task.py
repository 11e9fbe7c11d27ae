"""The interface of a task: what reading data, training, judging and writing a Runefile ask about what is learned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

import numpy as np

from lab.dataset.dataset import Dataset, require_windows
from lab.dataset.recording import Recording
from lab.dataset.windows import FeatureWindows
from lab.tasks.fits import LabelFit
from lab.tasks.judging.judged_rune import DraftRune, JudgedRune, RowsOfSplit
from lab.tasks.judging.thresholds import Threshold
from lab.tasks.objectives.objective import Objective
from lab.tasks.scaling import Array, DataScaling, LearnedNumbers
from lab.tasks.word_sounds import GeneratedSound
from rune.datasets.content.content import Kind
from rune.datasets.learnable import LearnedAnswer
from rune.datasets.splits import Split


@dataclass(frozen=True)
class LabelledRecordings:
    """Recordings with the labels that are learned. The other fields are those of `Dataset`."""

    recordings: Sequence[Recording]
    labels: Sequence[str]
    classes: Mapping[str, str] = field(default_factory=dict)
    needed_labels: Sequence[str] | None = None
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class LearnedWindows:
    """The windows of which something is learned, and the numbers of a task that learns one of each window."""

    windows: FeatureWindows
    numbers: LearnedNumbers | None = None


@dataclass(frozen=True)
class ModelOutput:
    """The output of a model in a Runefile: the stage `scores` gives it as f32 of `dimensions`, and `source` is the
    stage of the features. `threshold` is that of an alarm."""

    source: str
    scores: str
    dimensions: Sequence[int]
    labels: int
    scaling: DataScaling
    threshold: Threshold


class TaskJudgement(Protocol):
    """The judgement of a rune on a split. `answers` has the place of each recording, its answer's, and how sure it
    is."""

    @property
    def answers(self) -> Sequence[tuple[int, int, float]]: ...

    def to_json(self, labels: Sequence[str], /) -> dict[str, Any]: ...


@dataclass(frozen=True)
class LearningTask(ABC):
    """A task that a recipe learns. A method that a task does not have of its own is right for labels of recordings.

    Values are those of the recipe's arguments. `comment` says in a Runefile what the model gives, and `answer_kind`
    whether the rune answers with a label, a number or counts. `curve` names the figure of the curves."""

    learned_answer: ClassVar[LearnedAnswer]
    comment: ClassVar[str] = "One score for each label; together they are 1."
    answer_kind: ClassVar[str] = "label"
    curve: ClassVar[str] = "accuracy"
    has_labels: ClassVar[bool] = True
    """Whether recordings need labels, and the rune has a resource with them."""
    takes_teacher: ClassVar[bool] = False
    """Whether a network can learn the answers of another one beside the labels."""
    takes_start: ClassVar[bool] = False
    """Whether a network can begin with the weights of a model of Keras."""
    is_searched: ClassVar[bool] = False
    """Whether a search can compare networks, by their accuracy."""
    generation: ClassVar[Sequence[str]] = ()
    """The arguments by which sounds are made of recordings."""

    # Data

    @abstractmethod
    def labelled(
        self, recordings: Sequence[Recording], kind: Kind, columns: Sequence[str], recipe: str
    ) -> LabelledRecordings:
        """Recordings under the labels that are learned. `columns` are those of tables. Raises `Refused`."""

    def examples(self, recordings: Sequence[Recording]) -> list[tuple[int, Recording]]:
        """The place of each recording with the recording, as often as something is learned of it."""
        return list(enumerate(recordings))

    def missing_notes(self, recordings: Sequence[Recording]) -> Sequence[str]:
        """Sentences about recordings without which something stays unknown."""
        del recordings
        return ()

    def label_names(self, count: int) -> Sequence[str]:
        """Names in place of the labels of the data, which are as many as `count` where the task does not name them."""
        return [f"label-{number}" for number in range(1, count + 1)]

    def generated(self, dataset: Dataset, values: Mapping[str, float], seed: int) -> Dataset:
        """The recordings that are made of those of a data set."""
        del values, seed
        return replace(dataset, recordings=[], splits=[])

    def columns_read(self, names: Sequence[str]) -> list[str]:
        """The columns of a table with these names that the rune may read."""
        return list(names)

    def require_data(self, dataset: Dataset, values: Mapping[str, float], recipe: str) -> None:
        """Raises `Refused` for recordings of which nothing can be learned with these values."""
        del dataset, values, recipe

    def learned_windows(self, dataset: Dataset, values: Mapping[str, float], windows: FeatureWindows) -> LearnedWindows:
        """The windows of which something is learned."""
        del dataset, values
        return LearnedWindows(windows)

    def require_windows(self, dataset: Dataset, windows: FeatureWindows) -> None:
        """Raises `Refused` where a label has no recording that fills a window in one of the splits."""
        require_windows(dataset, windows)

    def answers(self, dataset: Dataset, learned_windows: LearnedWindows, scaling: DataScaling) -> Array:
        """The right answer for each window, as a network or an estimator learns it: i32 [n] or f32 [n, ...]."""
        del scaling
        labels = np.array([dataset.labels.index(each.label) for each in dataset.recordings], np.int32)
        answers: Array = labels[learned_windows.windows.recordings]
        return answers

    # Learning

    @abstractmethod
    def objective(self, values: Mapping[str, float]) -> Objective:
        """The loss of a network and the figure of its curves."""

    def blank_answers(self, count: int, shape: Sequence[int]) -> Array:
        """Answers of the form of those of `answers`, for so many windows of a shape, before there are any."""
        del shape
        return np.zeros(count, np.int32)

    def classes(self, labels: int) -> int:
        """Returns how many classes a network has for so many labels."""
        return labels

    def fit(self, values: Mapping[str, float], recordings: Any) -> LabelFit:
        """Measures how well an estimator fits. `recordings` says for each window of the validation split which one it
        is of."""
        del values, recordings
        return LabelFit()

    # The rune

    def dimensions(self, shape: Sequence[int], labels: int) -> tuple[int, ...]:
        """The dimensions of a network's output, from the shape of its input."""
        del shape
        return (1, labels)

    @abstractmethod
    def stages(self, values: Mapping[str, float], output: ModelOutput) -> str:
        """The stages behind a model, whose last are outputs."""

    def finished(self, draft: DraftRune) -> tuple[JudgedRune, Sequence[str]]:
        """The rune around a model, and sentences about its threshold. Raises `Refused`."""
        return draft.rune(), ()

    @abstractmethod
    def judge(
        self,
        rune: JudgedRune,
        values: Mapping[str, float],
        scaling: DataScaling,
        dataset: Dataset,
        split: Split,
        rows_of_split: RowsOfSplit,
    ) -> TaskJudgement:
        """Measures how often a rune is right on a split, or how far it is off. Raises `Refused`."""

    # Augmentation that is shown

    def augmented_inputs(self, augment: Callable[..., Any], inputs: Array, random: np.random.Generator) -> Array:
        """Inputs as the function `augment` of a recipe changes them."""
        return np.asarray(augment(inputs, random), np.float32)

    def shown_recordings(self, recordings: Sequence[Recording], recipe: str) -> Sequence[Recording]:
        """The recordings whose augmentation is worth showing. Raises `Refused`."""
        del recipe
        return recordings

    def shown_sounds(
        self, sound: Array, rate: int, length: int, random: np.random.Generator, values: Mapping[str, float]
    ) -> Iterator[GeneratedSound]:
        """Yields some of the sounds that are made of a sound, each of `length` samples."""
        del sound, rate, length, random, values
        yield from ()

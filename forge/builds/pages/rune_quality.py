"""The figures of a published version for its page: accuracy, its samples, and the fitting boards.

Nothing is said of what was not measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches

from forge.builds.evaluations.outcomes import evaluation_of
from forge.builds.models import Build, BuildPackage
from forge.builds.pages.board_fits import MAY_FIT, NOT_BUILT, WAITING, fits_of
from rune.assessment.evaluation.evaluation import Evaluation
from rune.assessment.evaluation.metrics import LabelFigures
from rune.assessment.evaluation.wording import accuracy_sentence, percent, stream_sentence
from rune.wording import counted


@dataclass(frozen=True)
class Cell:
    """A figure and its label."""

    title: str
    value: str


@dataclass(frozen=True)
class RuneQuality:
    """The quality of a version: some figures, and sentences with their ranges and the data on which they were
    measured."""

    cells: tuple[Cell, ...]
    sentences: tuple[str, ...]
    is_few: bool


@dataclass(frozen=True)
class BoardCount:
    """The number of boards that a build fits, of those that it was measured for."""

    fit: int
    measured_boards: int
    all_boards: int

    @property
    def words(self) -> str:
        of = f"{self.fit} of {self.measured_boards} boards"
        return f"Fits {of}" if self.measured_boards == self.all_boards else f"Fits {of} that it was built for"


@dataclass(frozen=True)
class ModelFile:
    """A model of the rune, by the stage that runs it."""

    name: str
    size: int | None
    operators: int | None


def quality_of(build: Build) -> RuneQuality | None:
    """Returns the evaluation of a build; None if it ran on no samples. Cached while the samples are the same, and none
    of them was deleted."""
    if build.artefact is None or not build.samples:
        return None
    left = (build.evaluation or {}).get("samples")
    key = f"quality:{build.artefact.pk}:{build.samples}:{left}"
    quality: RuneQuality | str | None = caches["process"].get(key)
    if quality is None:
        evaluation = evaluation_of(build)
        quality = "" if evaluation is None else _quality(evaluation)
        caches["process"].set(key, quality)
    return quality if isinstance(quality, RuneQuality) else None


def _quality(evaluation: Evaluation) -> RuneQuality | str:
    share, stream = evaluation.accuracy, evaluation.stream
    cells: list[Cell] = []
    sentences: list[str] = []
    if share is not None:
        cells.append(Cell(f"Accuracy, {counted(len(evaluation.pairs), 'recording')}", percent(share.value)))
        weakest = _weakest(evaluation.label_figures)
        if weakest is not None and weakest.recall is not None:
            cells.append(Cell("Weakest label", f"{weakest.label}, {percent(weakest.recall.value)}"))
        sentences.append(accuracy_sentence(evaluation))
    if stream is not None:
        if stream.false_alarms is not None:
            rate = stream.false_alarms.value
            cells.append(Cell("False alarms", f"{rate:.1f} an hour" if rate < 100 else f"{rate:.0f} an hour"))
        sentences.append(stream_sentence(evaluation) or "")
    if not sentences:
        return ""
    sentences.append("Measured here, with the bytes of this version, on recordings that the project keeps for tests.")
    return RuneQuality(tuple(cells), tuple(sentences), share is not None and not share.is_precise)


def _weakest(figures: Iterable[LabelFigures]) -> LabelFigures | None:
    """The label that is found least often; none where there is nothing to choose from, or all are found alike."""
    figures_with_recall = [each for each in figures if each.recall is not None]
    values = {each.recall.value for each in figures_with_recall if each.recall is not None}
    if len(values) < 2:
        return None
    return min(figures_with_recall, key=lambda each: 0.0 if each.recall is None else each.recall.value)


def boards_of(build: Build, packages: Iterable[BuildPackage]) -> BoardCount | None:
    """Returns the number of boards that the build fits; None where none of its packages was measured."""
    fits = fits_of(build, packages)
    measured_fits = [each for each in fits if each.look not in (NOT_BUILT, WAITING)]
    if not measured_fits:
        return None
    return BoardCount(sum(each.look.rank < MAY_FIT.rank for each in measured_fits), len(measured_fits), len(fits))


def models_of(report: Mapping[str, Any]) -> tuple[ModelFile, ...]:
    """The models in a build's report that are files of the build, each once."""
    models = {
        each["file"]: ModelFile(each["file"].rpartition("/")[2], each.get("size"), each.get("operators"))
        for each in report.get("models", ())
        if each.get("file")
    }
    return tuple(models.values())

"""The rows of the list of runs: curve, range on the validation split, and what the rune needs. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.learning.quality.runs import quality_of_run
from forge.learning.training.declarations import DeclaredTraining
from forge.learning.training.error_text import range_text
from forge.learning.training.models import TrainingRun
from forge.learning.training.pages.fields import size_arguments
from forge.learning.training.running.lab_events import RecipeJson
from rune.datasets.splits import Split
from rune.devices.boards.lookup import find_board
from rune.wording import size_text

WIDTH, HEIGHT, EDGE = 150, 36, 4
"""The size of the drawing of a curve, and its edge."""
_FIGURES = ("ram", "flash", "instructions")


@dataclass(frozen=True)
class RunCurve:
    """The validation accuracy by epoch, drawn, with the epoch that is used. `limit` is the height of the limit of
    `forge.yml`, None where it sets none."""

    name: str
    points: str
    x: float
    y: float
    limit: float | None


@dataclass(frozen=True)
class RunRange:
    """The 95 % interval of the accuracy, in per cent."""

    text: str
    share: float
    low: float
    high: float
    limit: float | None


@dataclass(frozen=True)
class RunRow:
    """A run in the list."""

    run: TrainingRun
    size: str
    curve: RunCurve | None
    range: RunRange | None
    validation: str
    validation_count: str
    needs: Sequence[tuple[str, bool]]
    """RAM, flash and instructions on the run's first board, and whether each is over the limit of `forge.yml`."""


def rows_of_runs(
    runs: Sequence[TrainingRun], recipes: Sequence[RecipeJson], declared_training: DeclaredTraining
) -> list[RunRow]:
    """The rows of runs. `recipes` are those that are known."""
    by_name = {each["name"]: each for each in recipes}
    return [_row(run, by_name.get(run.recipe), declared_training) for run in runs]


def _row(run: TrainingRun, recipe: RecipeJson | None, declared_training: DeclaredTraining) -> RunRow:
    judgement = run.report.get("judgements", {}).get(Split.VALIDATION.value, {})
    limit = declared_training.accuracy if recipe is None or recipe["curve"] == "accuracy" else None
    quality = quality_of_run(run)
    validation, count = "", ""
    if quality is not None:
        validation, count = quality.percent, quality.sentence
    elif judgement.get("error"):
        validation, count = range_text(judgement["error"]["error"]), "mean error"
    elif judgement.get("counting") and judgement["counting"]["f1"]:
        validation, count = f"{100 * judgement['counting']['f1']['value']:.1f} %", "F1 of objects"
    return RunRow(
        run,
        "" if recipe is None else _size_title(run, recipe),
        _curve(run, limit),
        None if quality is None else _range((quality.share, quality.low, quality.high), limit),
        validation,
        count,
        _needs(run, declared_training.of_targets),
    )


def _size_title(run: TrainingRun, recipe: RecipeJson) -> str:
    """The size whose network a run has; "" where it is none of them."""
    keys = size_arguments(recipe)
    if run.start_path or len(recipe["sizes"]) < 2:
        return ""
    fits = (each for each in recipe["sizes"] if all(run.arguments.get(key) == each["arguments"][key] for key in keys))
    size = next(fits, None)
    return "" if size is None else size["title"].lower()


def _curve(run: TrainingRun, limit: float | None) -> RunCurve | None:
    shares = [float(each["validation_accuracy"]) for each in run.curves]
    if not shares:
        return None
    best = min(max(run.best_epoch, 1), len(shares))
    bottom: float = min([*shares, 0.5, *([limit] if limit else [])])
    top: float = max([1.0, *shares])

    def x(epoch: int) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (epoch - 1) / max(len(shares) - 1, 1)

    def y(share: float) -> float:
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (share - bottom) / (top - bottom)

    # As many points as the drawing has pixels are enough.
    step = max(1, len(shares) // WIDTH)
    epochs = sorted({*range(1, len(shares) + 1, step), best, len(shares)})
    points = " ".join(f"{x(each):.1f},{y(shares[each - 1]):.1f}" for each in epochs)
    name = f"Run {run.number}: epoch {best} of {len(shares)} is used, {100 * shares[best - 1]:.1f} % of windows"
    return RunCurve(name, points, x(best), y(shares[best - 1]), None if limit is None else y(limit))


def _range(accuracy: Sequence[float], limit: float | None) -> RunRange:
    share, low, high = (100 * each for each in accuracy)
    return RunRange(f"{low:.0f} to {high:.0f} %", share, low, high, None if limit is None else 100 * limit)


def _needs(run: TrainingRun, limits: Mapping[str, Mapping[str, float]]) -> list[tuple[str, bool]]:
    target = find_board(run.boards[0]).target if run.boards else ""
    own: Mapping[str, Any] = run.needs.get(target, {})
    of_target = limits.get(target, {})
    return [
        (_figure_text(name, own.get(name)), own.get(name) is not None and own[name] > of_target.get(name, own[name]))
        for name in _FIGURES
    ]


def _figure_text(name: str, value: int | None) -> str:
    if value is None:
        return "–"
    return f"{value / 1e6:.2f} M" if name == "instructions" else size_text(value)

"""The rows of the list of runs: curve, range on the validation split, figure on the test split, and what the rune
needs. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.datasets.model_quality import ModelQuality
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.pages.comparison import RANGE_WIDTH, range_begin, range_place
from forge.learning.quality.builds import NO_BUILDS, ModelBuilds
from forge.learning.quality.runs import quality_of_run
from forge.learning.recipes import RecipeArgumentJson, RecipeJson
from forge.learning.training.declarations import DeclaredTraining
from forge.learning.training.models import TrainingRun
from forge.learning.training.pages.fields import size_arguments
from forge.learning.training.pages.written import arguments_by_name, title_of, written_value
from forge.learning.training.results.error_text import range_text
from forge.learning.training.sizes.figures import FIGURES, exceeded
from rune.devices.boards.lookup import find_board
from rune.wording import listed, size_text

WIDTH, HEIGHT, EDGE = 150, 36, 4
"""The size of the drawing of a curve, and its edge."""
MOST_NAMED_VERSIONS = 3
NETWORK_GROUP = "Network"
"""The group of the arguments of a network (`lab.recipes.arguments.ArgumentGroup`)."""


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
    """The places of an accuracy, its 95 % interval and the limit of `forge.yml` in a drawing that is `width` wide."""

    text: str
    share: float
    low: float
    high: float
    limit: float | None
    width: int = RANGE_WIDTH


@dataclass(frozen=True)
class RunNeed:
    """A figure of a run's rune. `limit` is the bound that it breaks, "" where it breaks none."""

    text: str
    limit: str = ""


@dataclass(frozen=True)
class RunOutcome:
    """The fate of a finished run, the kind of its tag ("" for text without a tag), and the tag's icon."""

    text: str
    kind: str = ""
    icon: str = ""


@dataclass(frozen=True)
class RunRow:
    """A run in the list. `title` is the size of its network, or else its recipe; `recipe` is "" where the title says
    enough; `validation` is its figure, and `outcome` None where the state says all."""

    run: TrainingRun
    title: str
    recipe: str
    curve: RunCurve | None
    range: RunRange | None
    quality: ModelQuality | None
    validation: str
    validation_count: str
    builds: ModelBuilds
    needs: Sequence[RunNeed]
    """RAM, flash and instructions on the run's first board."""
    outcome: RunOutcome | None

    @property
    def is_of_other_project(self) -> bool:
        """Whether the run learned from the data of another project."""
        version = self.run.data_version
        return version is not None and version.data_set.project_id != self.run.project_id


@dataclass(frozen=True)
class _RunList:
    """The limits of `forge.yml`, the shares at which the drawings of curves and of ranges begin in all rows, and
    whether there are runs of several recipes."""

    accuracy_limit: float | None
    limits: Mapping[str, Mapping[str, float]]
    curve_begin: float
    range_begin: float
    has_recipes: bool


def rows_of_runs(
    runs: Sequence[TrainingRun],
    recipes: Sequence[RecipeJson],
    declared_training: DeclaredTraining,
    builds: Mapping[int, ModelBuilds],
) -> list[RunRow]:
    """The rows of runs. `recipes` are those that are known, `builds` those with the models of runs, by number."""
    by_name = {each["name"]: each for each in recipes}
    limit = declared_training.accuracy
    limits = () if limit is None else (limit,)
    accuracies = (share for run in runs if _is_accuracy(by_name.get(run.recipe)) for share in _shares(run))
    lows = (quality.low for run in runs if (quality := quality_of_run(run)) is not None)
    run_list = _RunList(
        limit,
        declared_training.of_targets,
        min([*limits, 0.5, *accuracies]),
        range_begin([*limits, *lows]),
        len({run.recipe for run in runs}) > 1,
    )
    return [_row(run, by_name.get(run.recipe), run_list, builds.get(run.number, NO_BUILDS)) for run in runs]


def data_sentence(runs: Sequence[TrainingRun]) -> str:
    """Says that runs on several versions of the data cannot be compared; "" for one version."""
    of_data = {run.data_digest: run.data_number for run in runs if not run.is_taught}
    if len(of_data) < 2:
        return ""
    names = [f"v{number}" for number in sorted(set(of_data.values()))]
    versions = listed(names) if 1 < len(names) <= MOST_NAMED_VERSIONS else "Different versions of the data"
    return f"{versions} can have different validation samples; a difference between them is not progress."


def _row(run: TrainingRun, recipe: RecipeJson | None, run_list: _RunList, builds: ModelBuilds) -> RunRow:
    quality = quality_of_run(run)
    needs = _needs(run, run_list.limits)
    validation, count = _validation(run, quality)
    size = "" if recipe is None else _size_title(run, recipe)
    title = "Taught in a page" if run.is_taught else size or run.recipe
    return RunRow(
        run,
        title,
        run.recipe if size and run_list.has_recipes else "",
        _curve(run, run_list, is_accuracy=_is_accuracy(recipe)),
        None if quality is None else _range(quality, run_list),
        quality,
        validation,
        count,
        builds,
        needs,
        _outcome(run, builds, is_too_large=any(need.limit for need in needs)),
    )


def _is_accuracy(recipe: RecipeJson | None) -> bool:
    """Returns whether the curve of a recipe is the accuracy, as that of a recipe that is not known."""
    return recipe is None or recipe["curve"] == "accuracy"


def _shares(run: TrainingRun) -> list[float]:
    return [float(each["validation_accuracy"]) for each in run.curves]


def _validation(run: TrainingRun, quality: ModelQuality | None) -> tuple[str, str]:
    """The figure of a run on the validation split, and what it counts."""
    judgement = run.report.get("judgements", {}).get("validation", {})
    if quality is not None:
        return quality.percent, f"{quality.right:,} of {quality.count:,}"
    if judgement.get("error"):
        return range_text(judgement["error"]["error"]), "mean error"
    if judgement.get("counting") and judgement["counting"]["f1"]:
        return f"{100 * judgement['counting']['f1']['value']:.1f} %", "F1 of objects"
    return "", ""


def _size_title(run: TrainingRun, recipe: RecipeJson) -> str:
    """The size whose network a run has, with the one argument of it in which it differs; "" where more differ."""
    if run.start_path or len(recipe["sizes"]) < 2:
        return ""
    known_arguments = arguments_by_name(recipe)
    of_network = {each["name"] for each in recipe["arguments"] if each["group"] == NETWORK_GROUP}
    # Runs of earlier versions lack the arguments that a recipe got since.
    names = {*size_arguments(recipe), *(of_network & run.arguments.keys())}
    differences = {
        size["title"]: sorted(name for name in names if run.arguments.get(name) != size["arguments"][name])
        for size in recipe["sizes"]
    }
    title, differing = min(differences.items(), key=lambda each: len(each[1]))
    if len(differing) > 1:
        return ""
    return ", ".join([title, *(_difference(run, name, known_arguments) for name in differing)])


def _difference(run: TrainingRun, key: str, known_arguments: Mapping[str, RecipeArgumentJson]) -> str:
    """The argument in which a run differs from its size, such as `5 blocks` or `kernel size 9 frames`."""
    title, argument = title_of(key, known_arguments).lower(), known_arguments.get(key)
    if key not in run.arguments:
        return title
    value = written_value(key, run.arguments[key], known_arguments)
    is_count = argument is not None and not argument["unit"] and value.isdecimal()
    return f"{value} {title if value != '1' else title.removesuffix('s')}" if is_count else f"{title} {value}"


def _curve(run: TrainingRun, run_list: _RunList, *, is_accuracy: bool) -> RunCurve | None:
    shares = _shares(run)
    if not shares:
        return None
    best = min(max(run.best_epoch, 1), len(shares))
    limit = run_list.accuracy_limit if is_accuracy else None
    bottom = run_list.curve_begin if is_accuracy else min(*shares, 0.5)
    top: float = max([1.0, *shares])
    last = max(run.epochs, len(shares))

    def x(epoch: int) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (epoch - 1) / max(last - 1, 1)

    def y(share: float) -> float:
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (share - bottom) / (top - bottom)

    # As many points as the drawing has pixels are enough.
    step = max(1, len(shares) // WIDTH)
    epochs = sorted({*range(1, len(shares) + 1, step), best, len(shares)})
    points = " ".join(f"{x(each):.1f},{y(shares[each - 1]):.1f}" for each in epochs)
    name = f"Run {run.number}: epoch {best} of {len(shares)} is used, {100 * shares[best - 1]:.1f} % of windows"
    return RunCurve(name, points, x(best), y(shares[best - 1]), None if limit is None else y(limit))


def _range(quality: ModelQuality, run_list: _RunList) -> RunRange:
    share, low, high = (range_place(each, run_list.range_begin) for each in (quality.share, quality.low, quality.high))
    limit = None if run_list.accuracy_limit is None else range_place(run_list.accuracy_limit, run_list.range_begin)
    return RunRange(quality.interval, share, low, high, limit)


def _needs(run: TrainingRun, limits: Mapping[str, Mapping[str, float]]) -> list[RunNeed]:
    """The figures on the run's first board; nothing of a run without one."""
    if not run.boards:
        return []
    board = find_board(run.boards[0])
    own: Mapping[str, Any] = run.needs.get(board.target, {})
    figures = {name: own.get(name) for name in FIGURES}
    bounds = {each.figure: each.limit for each in exceeded(figures, board, limits.get(board.target, {}))}
    return [
        RunNeed(
            "–" if value is None else _figure_text(name, value),
            f"limit {_figure_text(name, bounds[name])}" if name in bounds else "",
        )
        for name, value in figures.items()
    ]


def _figure_text(name: str, value: int) -> str:
    return f"{value / 1e6:.2f} M" if name == "instructions" else size_text(value)


def _outcome(run: TrainingRun, builds: ModelBuilds, *, is_too_large: bool) -> RunOutcome | None:
    if run.state != LabJobState.FINISHED:
        return None
    if builds.tags:
        return RunOutcome(f"In {builds.tags[0]}", "ok", "check")
    if is_too_large:
        return RunOutcome("Too large", "bad", "x")
    if builds.newest:
        return RunOutcome(f"In build {builds.newest}", "ok", "check")
    if run.report.get("ended") == "stopped":
        return RunOutcome(f"Stopped at epoch {len(run.curves)}")
    return None

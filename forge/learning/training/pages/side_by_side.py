"""Runs side by side: what was set, what came of it, and what differs. Pure but for the addresses of runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from forge.learning.quality.runs import quality_of_run
from forge.learning.recipes import RecipeArgumentJson
from forge.learning.training.models import TrainingRun
from forge.learning.training.pages.drawing import CURVE_TITLES, drawing_of
from forge.learning.training.pages.written import arguments_of_recipes, title_of, written_value
from forge.learning.training.results.counting_text import share_range_text
from forge.learning.training.results.error_text import range_text
from rune.datasets.splits import Split
from rune.devices.boards.lookup import find_board
from rune.wording import size_text


@dataclass(frozen=True)
class ComparedRow:
    """A setting or a figure of each run; `differs` marks one that is not the same for all."""

    title: str
    cells: Sequence[str]

    @property
    def differs(self) -> bool:
        return len(set(self.cells)) > 1


def side_by_side(runs: Sequence[TrainingRun], curves: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """The tables and the curves of runs. `curves` has those of recipes whose curve is not the accuracy, by name."""
    names = list(dict.fromkeys(name for run in runs for name in run.arguments))
    known_arguments = arguments_of_recipes(*(run.recipe for run in runs))
    settings = [
        _row(runs, "Recipe", lambda run: run.recipe),
        _row(runs, "Data", lambda run: "-" if run.is_taught else f"v{run.data_number}"),
        *([_row(runs, "Backbone", lambda run: run.backbone_path or "-")] if any(map(_has_backbone, runs)) else []),
        *([_row(runs, "Start", _start(runs))] if any(run.start_path for run in runs) else []),
        *([_row(runs, "Teacher", _teacher)] if any(run.teacher_number for run in runs) else []),
        *(_row(runs, title_of(name, known_arguments), _argument(name, known_arguments)) for name in names),
        _row(runs, "Seed", lambda run: str(run.seed)),
        _row(runs, "Numbers", lambda run: run.form),
    ]
    boards = list(dict.fromkeys(key for run in runs for key in run.boards))
    figures = [
        _row(runs, "State", lambda run: run.get_state_display()),
        _row(runs, "Epochs trained", lambda run: str(len(run.curves))),
        _row(runs, "Epoch of the model", lambda run: str(run.best_epoch or "-")),
        *([_row(runs, "Before it learned", _before)] if any(run.start_path for run in runs) else []),
        _row(runs, "Accuracy, 95 % interval", _quality),
        _row(runs, "Curve in that epoch, windows of the validation split", _best(curves)),
        *([_row(runs, "Mean error, validation", _error)] if any(map(_has_error, runs)) else []),
        *(_counting_rows(runs) if any(map(_has_counting, runs)) else []),
        _row(runs, "Parameters", lambda run: f"{run.report['parameters']:,}" if run.report else "-"),
    ]
    for key in boards:
        board = find_board(key)
        figures += [
            _row(runs, f"RAM on {board.name}", _need(board.target, "ram")),
            _row(runs, f"Flash on {board.name}", _need(board.target, "flash")),
            _row(runs, f"Instructions on {board.name}", _need(board.target, "instructions")),
        ]
    longest = max(run.epochs if run.is_unfinished else len(run.curves) for run in runs)
    return {
        "runs": runs,
        "settings": settings,
        "figures": figures,
        "curves": [
            (
                run,
                drawing_of(
                    run.curves,
                    run.epochs,
                    run.best_epoch,
                    None,
                    is_open=run.is_unfinished,
                    axis=longest,
                    pruned_after=run.report.get("pruned_after"),
                ),
                CURVE_TITLES[curves.get(run.recipe, "accuracy")],
            )
            for run in runs
        ],
    }


def _has_backbone(run: TrainingRun) -> bool:
    return bool(run.backbone_path)


def _start(runs: Sequence[TrainingRun]) -> Callable[[TrainingRun], str]:
    """Reads the file that a run began with; the begin of its digest tells files of one path apart."""
    digests: dict[str, set[str]] = {}
    for run in runs:
        digests.setdefault(run.start_path, set()).add(run.start_digest)

    def read(run: TrainingRun) -> str:
        if not run.start_path:
            return "-"
        own = run.start_digest.partition(":")[2][:8]
        return run.start_path if len(digests[run.start_path]) == 1 else f"{run.start_path} ({own})"

    return read


def _before(run: TrainingRun) -> str:
    share = run.report.get("accuracy_before")
    return "-" if share is None else f"{100 * share:.1f} %"


def _teacher(run: TrainingRun) -> str:
    return f"run {run.teacher_number}" if run.teacher_number else "-"


def _judgement(run: TrainingRun) -> Mapping[str, Any]:
    """The judgement of a run on the validation split; {} before its end."""
    judgement: Mapping[str, Any] = run.report.get("judgements", {}).get(Split.VALIDATION.value, {})
    return judgement


def _has_error(run: TrainingRun) -> bool:
    return bool(_judgement(run).get("error"))


def _has_counting(run: TrainingRun) -> bool:
    return bool(_judgement(run).get("counting"))


def _counting_rows(runs: Sequence[TrainingRun]) -> list[ComparedRow]:
    def read(name: str, text: Callable[[Any], str]) -> Callable[[TrainingRun], str]:
        def of_run(run: TrainingRun) -> str:
            counting = _judgement(run).get("counting")
            return "-" if counting is None else text(counting[name])

        return of_run

    return [
        _row(runs, "F1 of objects, validation", read("f1", share_range_text)),
        _row(runs, "Mean error of counts, validation", read("count_error", range_text)),
    ]


def _row(runs: Sequence[TrainingRun], title: str, read: Callable[[TrainingRun], str]) -> ComparedRow:
    return ComparedRow(title, [read(run) for run in runs])


def _argument(name: str, known_arguments: Mapping[str, RecipeArgumentJson]) -> Callable[[TrainingRun], str]:
    def read(run: TrainingRun) -> str:
        value = run.arguments.get(name)
        return "-" if value is None else written_value(name, value, known_arguments)

    return read


def _error(run: TrainingRun) -> str:
    error = _judgement(run).get("error")
    return "-" if error is None else range_text(error["error"])


def _quality(run: TrainingRun) -> str:
    quality = quality_of_run(run)
    return "-" if quality is None else quality.sentence


def _best(curves: Mapping[str, str]) -> Callable[[TrainingRun], str]:
    def read(run: TrainingRun) -> str:
        if not 0 < run.best_epoch <= len(run.curves):
            return "-"
        share = f"{100 * run.curves[run.best_epoch - 1]['validation_accuracy']:.1f} %"
        names = {"explained": f"{share} explained", "f1": f"{share} F1 of cells"}
        return names.get(curves.get(run.recipe, ""), share)

    return read


def _need(target: str, name: str) -> Callable[[TrainingRun], str]:
    def read(run: TrainingRun) -> str:
        value = run.needs.get(target, {}).get(name)
        if value is None:
            return "-"
        return f"{value:,}" if name == "instructions" else size_text(value)

    return read

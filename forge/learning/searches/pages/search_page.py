"""The page of a search: the picture, the best for each size, the budget, the limits, and a trial beside the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from forge.core.actors import Actor
from forge.datasets.versions.other_projects import readable_source
from forge.jobs.models import Job
from forge.learning.pages.comparison import RANGE_WIDTH, range_begin, range_place
from forge.learning.searches.boards import SearchBoards, boards_of
from forge.learning.searches.models import ModelSearch, SearchTrial, SearchTrialState
from forge.learning.searches.pages import drawing
from forge.learning.searches.pages.drawing import drawing_of
from forge.learning.searches.pages.figures import MEASURES, figure_text, figure_titles, limit_texts, used_share
from forge.learning.searches.pages.trial_pipeline import trial_pipeline
from forge.learning.searches.ranking import best_trials
from forge.learning.searches.trial_rows import begin_of_call, jobs_of, used_trials
from forge.learning.training.declarations import declared_of
from forge.learning.training.pages.written import arguments_of_recipes, title_of, written_value
from forge.projects.models import Project

SHOWN_TRIALS = 20
"""The number of the best trials."""
LATEST = 12
"""The number of the trials that ended last."""


@dataclass(frozen=True)
class TrialRow:
    """A trial in the table; ranges in the units of their drawing. `settings` are those that differ from the search's
    own."""

    trial: SearchTrial
    accuracy: str
    about: str
    low: float
    high: float
    middle: float
    needs: Sequence[tuple[str, float]]
    settings: str
    is_under: bool


def search_context(
    actor: Actor, project: Project, search: ModelSearch, measure: str, chosen_number: str
) -> dict[str, Any]:
    """All that the page shows."""
    trials, boards = list(search.rows.all()), boards_of(search)
    limit = declared_of(project).accuracy
    measure = measure if measure in MEASURES else "ram"
    best = best_trials(trials)
    counts = {state: sum(each.state == state for each in trials) for state in SearchTrialState}
    used_count = used_trials(search)
    own = next((each for each in trials if each.number == 1), None)
    active = [each for each in trials if each.state == SearchTrialState.RUNNING]
    ended_trials = [each for each in trials if each.state != SearchTrialState.RUNNING]
    jobs = list(jobs_of(search))
    workers: Mapping[UUID | None, str] = {job.pk: job.last_worker for job in jobs}
    chosen_trial = next((each for each in trials if str(each.number) == chosen_number), None) or (
        best[0] if best else None
    )
    begin = range_begin(each.accuracy[1] for each in best[:SHOWN_TRIALS] if each.accuracy)
    rows = [_row(each, search, boards, limit, begin) for each in best[:SHOWN_TRIALS]]
    return {
        "project": project,
        "search": search,
        "data_source": readable_source(actor, search.data_version),
        "activity": _activity(jobs),
        "boards": boards,
        "is_open": search.is_unfinished,
        "picture": drawing_of(search, trials, measure, limit),
        "size": drawing,
        "measure": measure,
        "measures": [(name, title) for name, title in figure_titles(boards, " on ").items() if name in MEASURES],
        "titles": figure_titles(boards).values(),
        "best": rows,
        "more_best": max(0, len(best) - SHOWN_TRIALS),
        "own": None if own is None else _row(own, search, boards, limit, begin),
        "latest": [(each, _result_text(each)) for each in reversed(ended_trials[-LATEST:])],
        "counts": {state.name.lower(): count for state, count in counts.items()},
        "used_count": used_count,
        "used_percent": round(100 * min(1.0, used_count / search.trials)),
        "minutes_used": _minutes(jobs),
        "active": [(each, workers.get(each.job_id) or "") for each in active],
        "epochs": int(search.arguments.get("epochs", 1)),
        "limits": limit_texts(search, boards),
        "accuracy_limit": limit,
        "chosen_row": None if chosen_trial is None else _row(chosen_trial, search, boards, limit, begin),
        "differences": _differences(chosen_trial, own, search, boards) if chosen_trial is not None else [],
        "inside": chosen_trial is not None and own is not None and _is_inside(chosen_trial, own),
        "range_width": RANGE_WIDTH,
        "range_limit": range_place(limit, begin) if limit is not None and limit > begin else None,
        "validation": search.description.get("validation", 0),
        **_pipeline_context(project, search, chosen_trial, chosen_number),
    }


def _pipeline_context(
    project: Project, search: ModelSearch, trial: SearchTrial | None, chosen_number: str
) -> dict[str, Any]:
    """The pipeline of the trial beside that of the project; not of the best trial while a search goes on, which
    changes often."""
    if trial is None or (search.is_unfinished and not chosen_number):
        return {}
    return {
        "trial_pipeline": trial_pipeline(project, trial),
        "pipeline_title": f"Pipeline of trial {trial.number} beside the project",
    }


def _row(trial: SearchTrial, search: ModelSearch, boards: SearchBoards, limit: float | None, begin: float) -> TrialRow:
    share, low, high = trial.accuracy or (0.0, 0.0, 0.0)
    figures = [
        (figure_text(trial, name, boards) or "-", used_share(trial, name, search, boards))
        for name in figure_titles(boards)
    ]
    return TrialRow(
        trial,
        f"{100 * share:.1f} %" if trial.accuracy else trial.get_state_display(),
        f"95 % interval {100 * low:.1f} to {100 * high:.1f} %",
        range_place(low, begin),
        range_place(high, begin),
        range_place(share, begin),
        figures,
        settings_text(trial, search),
        limit is not None and bool(trial.accuracy) and share < limit,
    )


def settings_text(trial: SearchTrial, search: ModelSearch) -> str:
    """The settings of a trial that are not those of the search itself."""
    values = {name: value for name, value in trial.arguments.items() if search.arguments.get(name) != value}
    known_arguments = arguments_of_recipes(search.recipe)
    parts = [
        f"{title_of(name, known_arguments)} {written_value(name, value, known_arguments)}"
        for name, value in values.items()
    ]
    if trial.form != search.form:
        parts.append(trial.form)
    return ", ".join(parts) or "the settings of the project"


def _result_text(trial: SearchTrial) -> str:
    if trial.accuracy:
        return f"{100 * trial.accuracy[0]:.1f} %"
    return trial.reason or trial.get_state_display()


def _differences(
    trial: SearchTrial, own: SearchTrial | None, search: ModelSearch, boards: SearchBoards
) -> list[tuple[str, str, str]]:
    """Each varied setting, and each figure, of the project and of the trial."""
    known_arguments = arguments_of_recipes(search.recipe)
    rows = [
        (
            title_of(name, known_arguments),
            written_value(name, search.arguments.get(name, 0), known_arguments),
            written_value(name, value, known_arguments),
        )
        for name, value in trial.arguments.items()
        if search.arguments.get(name) != value
    ]
    if trial.form != search.form:
        rows.append(("Numbers", search.form, trial.form))
    if own is None or own.number == trial.number:
        return rows
    if trial.accuracy and own.accuracy:
        rows.append(("Accuracy, validation", f"{100 * own.accuracy[0]:.1f} %", f"{100 * trial.accuracy[0]:.1f} %"))
    for name, title in figure_titles(boards).items():
        before, after = (figure_text(each, name, boards) for each in (own, trial))
        if before and after:
            rows.append((title, before, after))
    return rows


def _is_inside(trial: SearchTrial, own: SearchTrial) -> bool:
    """Returns whether the difference in accuracy is inside the ranges: nobody can say that one is better."""
    if not trial.accuracy or not own.accuracy or trial.number == own.number:
        return False
    return bool(trial.accuracy[1] <= own.accuracy[2] and own.accuracy[1] <= trial.accuracy[2])


def _activity(jobs: Sequence[Job]) -> str:
    """Returns the activity of the first job that does something, or waits for one that does; "" where none does."""
    return next((job.current_activity for job in jobs if not job.is_finished and job.current_activity), "")


def _minutes(jobs: Sequence[Job]) -> int:
    """The minutes since the first job of the newest call began, until the last one ended."""
    now = timezone.now()
    ends = [job.finished or now for job in jobs if job.started is not None or job.spent]
    return int((max(ends, default=now) - begin_of_call(jobs, now)) / timedelta(minutes=1))

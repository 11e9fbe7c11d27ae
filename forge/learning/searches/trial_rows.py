"""The rows of a search, which the processes of several workers share: beginning a trial, and what others have done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from forge.core.database.numbers import next_number
from forge.jobs.models import Job
from forge.learning.searches.kinds import STOP
from forge.learning.searches.models import ModelSearch, SearchTrial, SearchTrialState

USED_UP = "The budget of trials is used up."
_STOPPED_REASON = "The search was stopped."
_TIME_USED_UP = "The budget of time is used up."
_COSTS = Q(state__in=[SearchTrialState.TRAINED, SearchTrialState.STOPPED, SearchTrialState.RUNNING]) | Q(
    state=SearchTrialState.FAILED, needs__isnull=False
)
"""Selects the trials that the budget is used up by (`lab.search.trials.Trial.used_budget`), and those at work."""


def jobs_of(search: ModelSearch) -> QuerySet[Job]:
    """The jobs of the newest call of a search, oldest first."""
    return search.jobs.filter(created__gte=search.called)


@transaction.atomic
def claim_trial(search: ModelSearch, job: UUID, arguments: Mapping[str, float], form: str) -> int | None:
    """Begins a trial of a job and returns its number. None if the candidate has a row, or the budget is used up."""
    budget = ModelSearch.objects.select_for_update().values_list("trials", flat=True).get(pk=search.pk)
    rows = SearchTrial.objects.filter(search=search)
    if rows.filter(_COSTS).count() >= budget or rows.filter(arguments=arguments, form=form).exists():
        return None
    number = next_number(rows)
    SearchTrial.objects.create(search=search, number=number, job_id=job, arguments=arguments, form=form)
    return number


def interrupted_trial(search: ModelSearch, job: UUID) -> SearchTrial | None:
    """The trial that a job had begun when its last worker ended. It is tried again from its start."""
    trial = SearchTrial.objects.filter(search=search, job=job, state=SearchTrialState.RUNNING).first()
    if trial is not None:
        trial.needs, trial.second_needs, trial.curve = None, None, []
        trial.save(update_fields=["needs", "second_needs", "curve"])
    return trial


def drop_unfinished(search: ModelSearch, job: UUID) -> None:
    """Removes the trial of a job that has ended without it."""
    SearchTrial.objects.filter(search=search, job=job, state=SearchTrialState.RUNNING).delete()


def used_trials(search: ModelSearch) -> int:
    """Returns how many trials used up the budget of a search."""
    return search.rows.filter(_COSTS).exclude(state=SearchTrialState.RUNNING).count()


def reason_to_end(search: ModelSearch, job: UUID) -> str:
    """Returns why a job of a search has nothing to do, as a sentence; "" where it has. Its own trial at work uses up
    nothing of the budget."""
    instruction = ModelSearch.objects.values_list("instruction", flat=True).get(pk=search.pk)
    own = Q(job=job, state=SearchTrialState.RUNNING)
    used_count = SearchTrial.objects.filter(_COSTS, search=search).exclude(own).count()
    if instruction == STOP:
        return _STOPPED_REASON
    if used_count >= search.trials:
        return USED_UP
    return _TIME_USED_UP if minutes_left(search) <= 0 else ""


def minutes_left(search: ModelSearch) -> float:
    """The minutes of the newest call that are left; all before its first job has begun."""
    now = timezone.now()
    return search.minutes - (now - begin_of_call(jobs_of(search), now)) / timedelta(minutes=1)


def begin_of_call(jobs: Iterable[Job], now: datetime) -> datetime:
    """The time from which the minutes of a call count: the beginning of its first job, as if earlier attempts had run
    directly before it, so that a further attempt gives no minutes back. It is now where no job has begun."""
    return min(((job.started or job.finished or now) - job.spent for job in jobs), default=now)


class RowsForLab:
    """The rows as a process of `lab` reads them: each that has ended once, and all that others try."""

    def __init__(self, search: ModelSearch, job: UUID) -> None:
        self._search = search
        self._job = job
        self._sent_numbers: set[int] = set()

    def news(self) -> dict[str, Any]:
        """The rows since the last call."""
        rows = SearchTrial.objects.filter(search=self._search).order_by("number")
        running = rows.filter(state=SearchTrialState.RUNNING).exclude(job=self._job)
        numbers = rows.exclude(state=SearchTrialState.RUNNING).values_list("number", flat=True)
        fresh = [each for each in numbers if each not in self._sent_numbers]
        # Rows of the first question may be thousands, which no `IN` takes.
        ended_rows = (
            rows.filter(number__in=fresh) if self._sent_numbers else rows.exclude(state=SearchTrialState.RUNNING)
        )
        self._sent_numbers |= set(fresh)
        return {
            "trials": [trial_row(each) for each in ended_rows],
            "running": [{"arguments": each.arguments, "quantize": each.form} for each in running],
        }


def trial_row(trial: SearchTrial) -> dict[str, Any]:
    """A trial as `lab` has it in its file (`lab.search.trials.Trial.to_json`)."""
    second = {} if trial.second_needs is None else {"second_needs": trial.second_needs}
    return {
        "trial": trial.number,
        "arguments": trial.arguments,
        "quantize": trial.form,
        "state": trial.state,
        "needs": trial.needs,
        "accuracy": trial.accuracy,
        "curve": trial.curve,
        "seconds": trial.seconds,
        "reason": trial.reason,
        **second,
    }

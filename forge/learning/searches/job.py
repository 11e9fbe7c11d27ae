"""The jobs of a search: each tries one trial after the other in a process of `lab`, and shares the rows with the jobs
beside it, which may be another worker's."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from forge.accounts.permissions import Verb
from forge.compute.workdir import workdir
from forge.core.actors import Actor
from forge.jobs.errors import NotRetriable
from forge.jobs.kinds import JobContext, JobKind
from forge.jobs.models import UNFINISHED_STATES, Job, JobState, WorkerCapability
from forge.learning.lab_jobs.executing import find_for, follow_row, row_to_retry, titles_of
from forge.learning.lab_jobs.following import Ask
from forge.learning.lab_jobs.process import ask_lab
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.searches.actions.searches import announce_search, require_going_on
from forge.learning.searches.following import SearchFollower
from forge.learning.searches.kinds import SEARCH_KIND, TRIALS_WITHOUT_IMPROVEMENT
from forge.learning.searches.lab_events import SearchedJson
from forge.learning.searches.models import ModelSearch
from forge.learning.searches.trial_rows import (
    USED_UP,
    drop_unfinished,
    interrupted_trial,
    jobs_of,
    minutes_left,
    reason_to_end,
    trial_row,
)

MARGIN_SECONDS = 900.0
"""The seconds beyond the minutes of a search: reading the data, and the trial at work."""


def run_search_job(job: JobContext, ask: Ask = ask_lab) -> Mapping[str, Any]:
    """Tries one candidate after the other, from the trials that there are."""
    search = find_for(job, ModelSearch)
    if reason := reason_to_end(search, job.job_id):
        return {"trials": search.rows.count(), "reason": reason, "had_nothing_to_do": True}
    with tempfile.TemporaryDirectory(dir=workdir(), prefix="search-") as name:
        follower = SearchFollower(job, search, Path(name))
        follower.write_samples()
        answer = _ask(ask, follower)
    return {"trials": answer["trials"], "reason": answer["reason"][:300]}


def _ask(ask: Ask, follower: SearchFollower) -> Any:
    search = follower.row
    unfinished_trial = interrupted_trial(search, follower.job.job_id)
    return follower.learn(
        ask,
        SearchedJson,
        60 * search.minutes + MARGIN_SECONDS,
        vary=search.vary,
        board=search.board,
        second_board=search.second_board,
        limits=search.limits,
        budget={
            "trials": search.trials,
            "minutes": minutes_left(search),
            "workers": 1,
            "patience": TRIALS_WITHOUT_IMPROVEMENT,
        },
        interrupted=None if unfinished_trial is None else trial_row(unfinished_trial),
    )


def follow_job(job: Job) -> None:
    """Changes the search with one of its jobs."""
    follow_row(job, ModelSearch, _values, announce_search)


def _values(job: Job, search: ModelSearch) -> dict[str, Any] | None:
    if job.created < search.called:
        return None
    if job.state not in UNFINISHED_STATES:
        drop_unfinished(search, job.pk)
    return _following(search, list(jobs_of(search)))


def _following(search: ModelSearch, jobs: Sequence[Job]) -> dict[str, Any]:
    """The values of a search whose newest call has these jobs."""
    states = {job.state for job in jobs}
    if JobState.RUNNING in states:
        return {"state": LabJobState.RUNNING}
    if JobState.QUEUED in states:
        return {"state": LabJobState.WAITING}
    failed_job = next((job for job in jobs if job.state in (JobState.FAILED, JobState.LOST)), None)
    values: dict[str, Any] = {"instruction": ""}
    if failed_job is not None:
        values["error"] = failed_job.error[:1000]
    results = [job.result or {} for job in jobs if job.state == JobState.SUCCEEDED]
    if results:
        # A job that had nothing to do says less than one that ended the search.
        results.sort(key=lambda result: result.get("had_nothing_to_do", False))
        reason = next((str(each["reason"]) for each in results if each["reason"] != USED_UP), USED_UP)
        return values | {"state": LabJobState.FINISHED, "end_reason": reason}
    if failed_job is None:
        return values | {"state": LabJobState.CANCELLED}
    return values | {"state": LabJobState.NEEDS if search.needed_packages else LabJobState.FAILED}


def prepare_retry(actor: Actor, job: Job) -> None:
    """A search of which a job is retried goes on. Raises `NotRetriable` and what `require_going_on` raises."""
    if job.created < require_going_on(row_to_retry(job, ModelSearch), actor).called:
        raise NotRetriable("The search went on with other jobs since. Go on with the search.")


SEARCH = JobKind(
    SEARCH_KIND,
    WorkerCapability.LAB,
    run_search_job,
    "Search",
    titles=partial(titles_of, ModelSearch),
    verb=Verb.EDIT,
    retention=None,
    attempts=10,
    noun="search",
    on_change=follow_job,
    before_retry=prepare_retry,
)

"""The jobs of a search: each tries one trial after the other in a process of `lab`, and shares the rows with the jobs
beside it, which may be another worker's."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.workdir import workdir
from forge.core.actors import Actor
from forge.jobs.errors import NotRetriable
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import UNFINISHED_STATES, Job, JobState, WorkerCapability
from forge.learning.conversions.lab_process import EnvironmentMissing, LabDied, LabRefused, ask_lab
from forge.learning.endings import ending_of
from forge.learning.environments.missing import environments_of, reason_of
from forge.learning.searches.actions.searches import announce_search, require_going_on
from forge.learning.searches.following import SearchFollower
from forge.learning.searches.kinds import SEARCH_KIND, TRIALS_WITHOUT_IMPROVEMENT
from forge.learning.searches.lab_events import SearchedJson
from forge.learning.searches.models import ModelSearch, SearchState
from forge.learning.searches.trial_rows import (
    USED_UP,
    drop_unfinished,
    interrupted_trial,
    jobs_of,
    minutes_left,
    reason_to_end,
    trial_row,
)
from forge.learning.training.kinds import LAB_ATTEMPTS
from forge.learning.training.running.data import ARCHIVE, usable_entries, write_data
from forge.learning.training.used_time import counted_time

MARGIN_SECONDS = 900.0
"""The seconds beyond the minutes of a search: reading the data, and the trial at work."""

Ask = Callable[..., Any]


def run_search_job(job: JobContext, ask: Ask = ask_lab) -> Mapping[str, Any]:
    """Tries one candidate after the other, from the trials that there are."""
    search = _find(job)
    if reason := reason_to_end(search, job.job_id):
        return {"trials": search.rows.count(), "reason": reason, "had_nothing_to_do": True}
    with tempfile.TemporaryDirectory(dir=workdir(), prefix="search-") as name:
        folder = Path(name)
        _write_data(job, search, folder)
        follower = SearchFollower(job, search, folder)
        with counted_time(job.party.organisation, follower.tick) as tick:
            answer = _ask(job, search, folder, follower, tick, ask)
    return {"trials": answer["trials"], "reason": answer["reason"][:300]}


def _find(job: JobContext) -> ModelSearch:
    rows = ModelSearch.objects.select_related("project__organisation", "data_version__data_set")
    search = rows.filter(pk=job.spec["search"]).first()
    if search is None:
        raise JobFailed("The search was deleted.")
    return search


def _write_data(job: JobContext, search: ModelSearch, folder: Path) -> None:
    """Writes the samples that may be learned from, without those of the test split. Raises `JobFailed` without any."""
    if search.data_version is None:
        raise JobFailed("The version of the data was deleted. Search on another one.")
    job.report(0.0, "Reading the samples")
    entries = usable_entries(search.data_version, search.project)
    if not write_data(search.data_version, entries, folder / ARCHIVE):
        raise JobFailed(
            f"No sample of version {search.data_number} may be learned from now: consents ended or were withdrawn. "
            "Save a new version and search on that."
        )


def _ask(
    job: JobContext, search: ModelSearch, folder: Path, follower: SearchFollower, tick: Callable[[], None], ask: Ask
) -> Any:
    unfinished_trial = interrupted_trial(search, job.job_id)
    request = {
        "action": "search",
        "folder": str(folder),
        "data": ARCHIVE,
        "recipe": search.recipe,
        "arguments": search.arguments,
        "seed": search.seed,
        "form": search.form,
        "model": search.model_path,
        "vary": search.vary,
        "board": search.board,
        "second_board": search.second_board,
        "limits": search.limits,
        "budget": {
            "trials": search.trials,
            "minutes": minutes_left(search),
            "workers": 1,
            "patience": TRIALS_WITHOUT_IMPROVEMENT,
        },
        "interrupted": None if unfinished_trial is None else trial_row(unfinished_trial),
    }
    try:
        return ask(
            request,
            SearchedJson,
            seconds=60 * search.minutes + MARGIN_SECONDS,
            tick=tick,
            report=job.report,
            receive=follower.receive,
            command=follower.next_command,
            work="search",
        )
    except EnvironmentMissing as missing:
        ModelSearch.objects.filter(pk=search.pk).update(reason=reason_of(missing))
        raise JobFailed(f"The search cannot start. {missing.advice} Then go on with the search.") from None
    except LabRefused as refused:
        ModelSearch.objects.filter(pk=search.pk).update(reason=refused.reason)
        raise JobFailed(str(refused)) from None
    except LabDied as died:
        raise AttemptFailed(str(died), attempts=LAB_ATTEMPTS) from None


@transaction.atomic
def follow_job(job: Job) -> None:
    """Changes the search with one of its jobs."""
    search = ModelSearch.objects.select_related("project__organisation").filter(pk=job.spec["search"]).first()
    if search is None or job.created < search.called:
        return
    if job.state not in UNFINISHED_STATES:
        drop_unfinished(search, job.pk)
    before = search.state
    ModelSearch.objects.filter(pk=search.pk).update(**_following(search, list(jobs_of(search))))
    search.refresh_from_db()
    announce_search(search, ending=ending_of(before, search.state, SearchState.FINISHED, SearchState.FAILED))


def _following(search: ModelSearch, jobs: Sequence[Job]) -> dict[str, Any]:
    """The values of a search whose newest call has these jobs."""
    states = {job.state for job in jobs}
    if JobState.RUNNING in states:
        return {"state": SearchState.RUNNING}
    if JobState.QUEUED in states:
        return {"state": SearchState.WAITING}
    failed_job = next((job for job in jobs if job.state in (JobState.FAILED, JobState.LOST)), None)
    values: dict[str, Any] = {"instruction": ""}
    if failed_job is not None:
        values["error"] = failed_job.error[:1000]
    results = [job.result or {} for job in jobs if job.state == JobState.SUCCEEDED]
    if results:
        # A job that had nothing to do says less than one that ended the search.
        results.sort(key=lambda result: result.get("had_nothing_to_do", False))
        reason = next((str(each["reason"]) for each in results if each["reason"] != USED_UP), USED_UP)
        return values | {"state": SearchState.FINISHED, "end_reason": reason}
    if failed_job is None:
        return values | {"state": SearchState.CANCELLED}
    is_missing = bool(environments_of(search.reason))
    return values | {"state": SearchState.NEEDS if is_missing else SearchState.FAILED}


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Returns the titles of jobs of searches."""
    ids = [UUID(job.spec["search"]) for job in jobs]
    searches = ModelSearch.objects.select_related("project__organisation").in_bulk(ids)
    titles = {}
    for job in jobs:
        search = searches.get(UUID(job.spec["search"]))
        if search is not None:
            title = f"Search {search.number} of {search.project.full_name}"
            titles[job.pk] = JobTitle(title, search.get_absolute_url())
    return titles


def prepare_retry(actor: Actor, job: Job) -> None:
    """A search of which a job is retried goes on. Raises `NotRetriable` and what `require_going_on` raises."""
    rows = ModelSearch.objects.select_related("project__organisation", "data_version__data_set")
    search = rows.filter(pk=job.spec["search"]).first()
    if search is None:
        raise NotRetriable("The search was deleted.")
    if job.created < require_going_on(search, actor).called:
        raise NotRetriable("The search went on with other jobs since. Go on with the search.")


SEARCH = JobKind(
    SEARCH_KIND,
    WorkerCapability.LAB,
    run_search_job,
    "Search",
    titles=titles_of,
    verb=Verb.EDIT,
    retention=None,
    attempts=10,
    noun="search",
    on_change=follow_job,
    before_retry=prepare_retry,
)

"""The page with an organisation's jobs. All of it works without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Conflict, NotFound
from forge.core.http.pages import for_person, show_again
from forge.jobs.access import find_job, jobs_of
from forge.jobs.actions import cancel_job, retry_job
from forge.jobs.lists.filters import JobFilter, kind_labels
from forge.jobs.lists.items import JobCursor, JobItem, list_jobs
from forge.jobs.models import Job, JobState
from forge.jobs.titles import title_of

PAGE_SIZE = 30
"""Jobs on a page."""


@dataclass(frozen=True)
class JobStateTag:
    """The look of a job's state: the tag's colour and its icon."""

    colour: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
STATE_TAGS: Mapping[str, JobStateTag] = {
    JobState.QUEUED: JobStateTag("", icon="clock"),
    JobState.RUNNING: JobStateTag("info", icon="loader"),
    JobState.SUCCEEDED: JobStateTag("ok", icon="check"),
    JobState.FAILED: JobStateTag("bad", icon="x"),
    JobState.CANCELLED: JobStateTag("", icon="ban"),
    JobState.LOST: JobStateTag("bad", icon="unplug"),
}


@dataclass(frozen=True)
class JobRow:
    """A job on the list."""

    item: JobItem
    tag: JobStateTag
    label: str
    """The name of its state."""
    duration: str
    """How long it waits, runs or ran; "" for one that never started."""

    @property
    def percent(self) -> int:
        """The progress of the job in percent."""
        return round(self.item.job.progress * 100)


@for_person
@never_cache
def jobs_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """The organisation's jobs in every state, the newest first; a queued job says what it waits for."""
    principal = principal_of(request)
    return render(request, "jobs/list.html", _list(request, principal, find_organisation(principal, organisation)))


@for_person
@never_cache
def log_page(request: HttpRequest, organisation: str, job: UUID) -> HttpResponse:
    """The log of one job."""
    record, owner = _job_of(request, organisation, job)
    context = {"organisation": owner, "job": record, "title": title_of(record), "lines": list(record.log.all())}
    return render(request, "jobs/log.html", context | {"tag": STATE_TAGS[record.state]})


@for_person
@require_POST
def change(request: HttpRequest, organisation: str, job: UUID) -> HttpResponse:
    """Cancels or retries a job, as the button that was pressed says."""
    principal = principal_of(request)
    record, owner = _job_of(request, organisation, job)
    try:
        (retry_job if request.POST.get("do") == "retry" else cancel_job)(principal, record)
    except Conflict as error:
        return show_again(request, "jobs/list.html", _list(request, principal, owner), error)
    return redirect(f"{owner.get_absolute_url()}/-/jobs")


def _job_of(request: HttpRequest, organisation: str, job: UUID) -> tuple[Job, Organisation]:
    principal = principal_of(request)
    owner = find_organisation(principal, organisation)
    record = find_job(principal, job)
    if record.organisation_id != owner.pk:
        raise NotFound("The organisation has no such job.")
    return record, owner


def _list(request: HttpRequest, principal: Principal, organisation: Organisation) -> dict[str, Any]:
    filters = JobFilter(request.GET, jobs_of(principal, organisation))
    items, after = list_jobs(principal, filters.qs, _cursor(request), PAGE_SIZE)
    now = timezone.now()
    query = request.GET.copy()
    query["cursor"] = str(after)
    return tabs_of(principal, organisation) | {
        "rows": [
            JobRow(item, STATE_TAGS[item.job.state], item.job.get_state_display(), duration_text(item.job, now))
            for item in items
        ],
        "older": f"?{query.urlencode()}" if after else "",
        "is_first": "cursor" not in request.GET,
        "filters": filters,
        "states": JobState.choices,
        "kinds": kind_labels().items(),
    }


def _cursor(request: HttpRequest) -> JobCursor | None:
    """Returns the place where the page begins; a cursor that we did not make gives the newest."""
    try:
        return JobCursor.parse(request.GET.get("cursor", ""))
    except ValueError:
        return None


def duration_text(job: Job, now: datetime) -> str:
    """Returns how long a job waits, runs or ran."""
    if job.state == JobState.QUEUED:
        return f"for {_span(now - job.created)}"
    if job.started is None and not job.spent:
        return ""
    return f"{'for' if job.finished is None else 'took'} {_span(job.ran_for(now))}"


def _span(span: timedelta) -> str:
    """A span as people read it: 4 s, 2 min 5 s, 3 h 10 min."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"

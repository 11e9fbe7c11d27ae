"""Jobs, their logs, and the workers that run them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.accounts.permissions import OF_ORGANISATION, Verb, organisations_where
from forge.core.actors import Actor
from forge.core.database.leases import LeasedRow
from forge.core.models import Blob
from forge.jobs.needed_verbs import needed_verbs
from forge.jobs.worker_names import MAX_WORKER_NAME
from forge.projects.models import Project
from rune.digests import DIGEST_LENGTH


class JobState(models.TextChoices):
    """The state of a job. The last four are ends."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    LOST = "lost", "Lost"


UNFINISHED_STATES = (JobState.QUEUED, JobState.RUNNING)


class WorkerCapability(models.TextChoices):
    """A capability that a worker needs to run a job."""

    BUILD = "build", "Build"
    LAB = "lab", "Lab"
    GPU = "gpu", "GPU"
    SEND = "send", "Send"
    """A way to addresses outside, which servers alone have."""
    SIGN = "sign", "Sign"
    """The secret of the keys that sign, which the signer alone has (`manage.py sign`)."""


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs, as seen by someone."""

    def visible_to(self, actor: Actor) -> JobQuerySet:
        """Jobs of projects that the person may read, and of their organisations where a job belongs to no project.

        Those of a kind that an organisation's verb is needed for are seen by who may do that.
        """
        of_organisation = Q(project=None, organisation__in=organisations_where(actor, Verb.SEE_ORGANISATION))
        visible = Q(project__in=Project.objects.of_member(actor)) | of_organisation
        for kind, verb in needed_verbs().items():
            if verb in OF_ORGANISATION:
                allowed_jobs = Q(kind=kind, organisation__in=organisations_where(actor, verb))
                visible = visible & ~Q(kind=kind) | allowed_jobs
        return self.filter(visible)

    def unfinished(self) -> JobQuerySet:
        """Jobs that wait or run."""
        return self.filter(state__in=UNFINISHED_STATES)


class Job(LeasedRow):
    """Long work that somebody asked for. This row is the truth; a queue only wakes workers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    """The name of a `forge.jobs.kinds.JobKind`."""
    capability = models.CharField(max_length=10, choices=WorkerCapability.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="jobs")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="jobs")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_program = models.BooleanField(default=False)
    """Whether a token asked for it in that person's name; jobs of people go first."""
    agent = models.UUIDField(null=True, blank=True)
    """The id of the agent that asked for it in that person's name; None where none did."""
    spec = models.JSONField()
    spec_digest = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the spec as canonical JSON."""
    exclusive = models.CharField(max_length=100, blank=True)
    """Jobs with the same key run one at a time; empty for a job that runs beside any other."""
    required_job = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="dependents")
    """A job that has to succeed before this one is begun; when it ends otherwise, so does this one."""
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    paused = models.BooleanField(default=False)
    """True if it waits until somebody resumes it."""
    due = models.DateTimeField(default=timezone.now)
    """The time before which the job is not begun; a failed attempt moves it."""
    progress = models.FloatField(default=0.0)
    """The progress from 0 to 1."""
    activity = models.CharField(max_length=200, blank=True)
    """The job's current activity, as one sentence; of a job that waits, what has to change before it goes on."""
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    checkpoint = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The checkpoint from which the next attempt continues; None if it starts from the beginning."""
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    """The time when its current or last attempt began; None while it waits, and after its worker died."""
    finished = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=MAX_WORKER_NAME, blank=True, default="")
    """The name of the worker that began its current or last attempt."""
    spent = models.DurationField(default=timedelta)
    """How long its earlier attempts ran."""

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False), name="a_running_job_has_a_lease"
            ),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=1), name="progress_is_a_share"),
        ]
        indexes = [
            models.Index(fields=["capability", "due"], condition=Q(state="queued"), name="jobs_waiting"),
            models.Index(fields=["started"], name="jobs_begun"),
            models.Index(fields=["organisation", "created"], name="jobs_of_organisations"),
            models.Index(fields=["kind", "finished"], name="jobs_to_delete"),
            models.Index(fields=["kind", "state", "created"], name="jobs_by_state"),
        ]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    def ran_for(self, now: datetime) -> timedelta:
        """Returns how long its attempts ran."""
        if self.started is None:
            return self.spent
        return self.spent + max(timedelta(), (self.finished or now) - self.started)

    @property
    def last_worker(self) -> str:
        """The name of the worker that runs it, or that ran it last; "" where it waits."""
        return self.worker if self.started is not None else ""

    @property
    def subject(self) -> str:
        """The key of its audit entries."""
        return f"job:{self.pk}"

    @property
    def needs_nothing(self) -> bool:
        """Whether the job waits for no other job, or no longer."""
        return self.required_job is None or self.required_job.state == JobState.SUCCEEDED

    @property
    def current_activity(self) -> str:
        """The activity of the job, or that of the job that has to succeed first."""
        if self.activity or self.required_job is None or self.is_finished:
            return self.activity
        return self.required_job.activity

    @property
    def is_finished(self) -> bool:
        """Whether nothing more happens to it unless somebody retries it."""
        return self.state not in UNFINISHED_STATES


WORKER = "worker"
"""The step of lines about the job itself: it was cancelled, put back, or its worker died."""


class JobLogLine(models.Model):
    """A line of a job's log, numbered from 1 through all its attempts."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=20, blank=True)
    """The part of the work that it tells of; `WORKER` for what happened to the job itself."""
    text = models.TextField()
    milliseconds = models.FloatField(null=True, blank=True)
    """How long that part took."""
    level = models.CharField(max_length=10, default="info")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="one_job_line_a_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return self.text


class Worker(models.Model):
    """A process that runs jobs, as it announces itself every few seconds."""

    id = models.UUIDField(primary_key=True, editable=False)
    capabilities = models.JSONField()
    announced = models.DateTimeField()

    def __str__(self) -> str:
        return ", ".join(self.capabilities)

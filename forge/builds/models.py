"""Builds and each project's previews. The artefacts that both leave are in `forge.builds.artefacts.models`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from forge.accounts.models import User
from forge.builds.artefacts.models import Artefact as Artefact
from forge.builds.artefacts.models import ArtefactFile as ArtefactFile
from forge.builds.artefacts.models import FileRole as FileRole
from forge.compute.pool.toolchain import TOOLCHAIN
from forge.core.actors import Actor
from forge.core.database.leases import LeasedRow
from forge.datasets.models import DataVersion
from forge.jobs.models import UNFINISHED_STATES, Job, JobLogLine, JobState
from forge.projects.models import Project, Version
from rune.aim import AIMS, BALANCED, RUNE_AIM
from rune.compiler.building.spec import canonical_digest
from rune.digests import DIGEST_LENGTH
from rune.model.profile import LITERT, PROFILES


class BuildTrigger(models.TextChoices):
    """The trigger of a build: a person who pressed Build, or an edit."""

    NUMBERED = "numbered", "Numbered"
    PREVIEW = "preview", "Preview"


AIM_CHOICES = [(aim, aim) for aim in AIMS]
MATCH_CHOICES = [(option, each.runtime) for option, each in PROFILES.items()]


def plain_options() -> dict[str, Any]:
    """The default options of a preview."""
    return {"watched": [], "timed": False}


PLAIN = canonical_digest(plain_options())
"""The digest of the default options."""


class BuildQuerySet(models.QuerySet["Build"]):
    """Builds, as seen by someone."""

    def visible_to(self, actor: Actor) -> BuildQuerySet:
        """Builds of projects whose organisation the person is a member of."""
        return self.filter(project__in=Project.objects.of_member(actor))

    def numbered(self) -> BuildQuerySet:
        return self.filter(kind=BuildTrigger.NUMBERED)

    def unfinished(self) -> BuildQuerySet:
        """Numbered builds that wait or run."""
        return self.filter(job__state__in=UNFINISHED_STATES)

    def succeeded(self) -> BuildQuerySet:
        """Builds that succeeded; a preview has."""
        return self.filter(Q(job=None) | Q(job__state=JobState.SUCCEEDED))

    def without_proposals(self) -> BuildQuerySet:
        """Builds of files that the project has or had, and previews. The merged result of a change request stands for
        nothing of the project until it is merged: whatever shows or takes a project's newest build reads these."""
        return self.exclude(version__is_proposed=True)

    def requested_by(self, person: Any) -> BuildQuerySet:
        """Numbered builds that a person requested; by the person's key, or None."""
        return self.filter(job__requested_by=person)


class BuildManager(models.Manager["Build"]):
    """Reads each build with its job, which knows where it stands."""

    def get_queryset(self) -> BuildQuerySet:
        return BuildQuerySet(self.model, using=self._db).select_related("job")


class Build(models.Model):
    """A requested build of a version, which a job makes, or the rune that a preview shows.

    The job has what happens to a build: its state, attempts, lease, times, error, log and who requested it. The build
    has what it means: of what it is, and what came of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="builds")
    version = models.ForeignKey(Version, null=True, blank=True, on_delete=models.PROTECT, related_name="builds")
    """The source of a numbered build; None for a preview, whose files are not stored."""
    name = models.CharField(max_length=60)
    """The project's name when the build was asked for; the rune carries it."""
    kind = models.CharField(max_length=10, choices=BuildTrigger.choices)
    number = models.PositiveIntegerField(null=True, blank=True)
    job = models.OneToOneField(Job, null=True, blank=True, on_delete=models.RESTRICT, related_name="build")
    """The job of a numbered build; None for a preview, which is stored only when it is complete."""
    optimize = models.CharField(max_length=10, choices=AIM_CHOICES, default=RUNE_AIM, db_default=RUNE_AIM)
    """The optimisation of its rune; this and the next two are the project's settings at the time of the request."""
    optimize_packages = models.CharField(max_length=10, choices=AIM_CHOICES, default=BALANCED, db_default=BALANCED)
    match = models.CharField(max_length=10, choices=MATCH_CHOICES, default=LITERT.option, db_default=LITERT.option)
    """The reference of its models' results: a key of `rune.model.profile.PROFILES`."""
    artefact = models.ForeignKey(Artefact, null=True, blank=True, on_delete=models.PROTECT, related_name="builds")
    measurement = models.JSONField(null=True, blank=True)
    """`rune.running.runtime.measure.Measurement` as JSON: what a run took when it was measured for this build, and for
    no other build of the same bytes. None where it was not measured."""
    data_version = models.ForeignKey(
        DataVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="builds"
    )
    """The version of the project's data that it was tested on; None where there was none."""
    samples = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of the test samples that it was run on (`forge.builds.evaluations.outcomes`); empty where there
    were none."""
    evaluation = models.JSONField(null=True, blank=True)
    """`forge.builds.evaluations.outcomes.EvaluationSummaryJson`; None where there were no test samples, or not yet."""
    judgements = models.JSONField(default=list)
    """`rune.source.policy.judging.JudgementJson` of each limit that its `forge.yml` states."""
    diagnostics = models.JSONField(default=list)
    created = models.DateTimeField(auto_now_add=True)

    objects = BuildManager.from_queryset(BuildQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="one_build_a_number"),
            models.CheckConstraint(
                condition=Q(kind=BuildTrigger.NUMBERED, number__isnull=False, version__isnull=False, job__isnull=False)
                | Q(kind=BuildTrigger.PREVIEW, number__isnull=True, job__isnull=True),
                name="only_pressed_builds_have_numbers_and_jobs",
            ),
        ]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"build {self.number}" if self.number else "preview"

    @property
    def subject(self) -> str:
        """The key of its discussion and of its audit entries."""
        return f"build:{self.pk}"

    @property
    def source(self) -> Version:
        """The version that a numbered build is of."""
        if self.version is None:
            raise ValueError("a preview is of no version")
        return self.version

    @property
    def change_request(self) -> int | None:
        """The number of the change request that would make its files; None for files that the project has or had."""
        return self.version.proposed_in if self.version is not None and self.version.is_proposed else None

    @property
    def title(self) -> str:
        """The number of the build, with the change request that it is of while that is not merged."""
        return f"{self} (change request {self.change_request})" if self.change_request else str(self)

    @property
    def version_digest(self) -> str:
        """The digest of the files that it is of."""
        if self.version is not None:
            return self.version.digest
        return self.artefact.version_digest if self.artefact is not None else ""

    @property
    def state(self) -> JobState:
        """The state of its job."""
        return JobState.SUCCEEDED if self.job is None else JobState(self.job.state)

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it unless somebody retries it."""
        return self.job is None or self.job.is_finished

    @property
    def attempt(self) -> int:
        """The number of the attempt: how often a worker began it."""
        return 1 if self.job is None else self.job.attempt

    @property
    def error(self) -> str:
        """The reason why it failed; "" where it did not."""
        return "" if self.job is None else self.job.error

    @property
    def started(self) -> datetime | None:
        """The time when a worker began its last attempt."""
        return self.created if self.job is None else self.job.started

    @property
    def finished(self) -> datetime | None:
        """The time when it ended."""
        return self.created if self.job is None else self.job.finished

    @property
    def requested_by(self) -> User | None:
        """The person who pressed Build; None for a preview, and for a person whose account was deleted."""
        return None if self.job is None else self.job.requested_by

    @property
    def requested_by_id(self) -> UUID | None:
        """The key of that person."""
        return None if self.job is None else self.job.requested_by_id

    @property
    def log(self) -> models.QuerySet[JobLogLine]:
        """The lines of its log, through all attempts."""
        return JobLogLine.objects.filter(job=self.job_id) if self.job_id else JobLogLine.objects.none()


class BuildChoices(models.Model):
    """The settings of later builds of a project. Without a row, the defaults apply."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="build_choices")
    targets = models.JSONField(default=list)
    """The targets of its packages, by their names, sorted."""
    optimize = models.CharField(max_length=10, choices=AIM_CHOICES, default=RUNE_AIM, db_default=RUNE_AIM)
    optimize_packages = models.CharField(max_length=10, choices=AIM_CHOICES, default=BALANCED, db_default=BALANCED)
    match = models.CharField(max_length=10, choices=MATCH_CHOICES, default=LITERT.option, db_default=LITERT.option)

    def __str__(self) -> str:
        return f"choices of {self.project_id}"


class BuildPackageManager(models.Manager["BuildPackage"]):
    """Reads each package with its job, which knows where it stands."""

    def get_queryset(self) -> models.QuerySet[BuildPackage]:
        return super().get_queryset().select_related("job")


class BuildPackage(models.Model):
    """A package for a target that a build was asked for. A job makes it, or says why there is none."""

    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="packages")
    target = models.CharField(max_length=40)
    job = models.OneToOneField(Job, on_delete=models.RESTRICT, related_name="package")
    """The job that makes it, once the job of the build has succeeded."""
    artefact = models.ForeignKey(Artefact, null=True, blank=True, on_delete=models.PROTECT, related_name="packages")
    needs = models.JSONField(null=True, blank=True)
    """`rune.devices.boards.describing.NeedsJson`; None until it is known."""

    objects = BuildPackageManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["build", "target"], name="one_package_a_target"),
        ]
        ordering = ["target"]

    def __str__(self) -> str:
        return f"package of {self.build_id} for {self.target}"

    @property
    def state(self) -> JobState:
        """The state of its job."""
        return JobState(self.job.state)

    @property
    def refusal(self) -> str:
        """The reason, for a person, why there is no package; "" where there is one, or not yet."""
        if not self.job.is_finished or self.state == JobState.SUCCEEDED:
            return ""
        return self.job.error or "It was cancelled."


class PreviewState(models.TextChoices):
    """The state of the preview of a text."""

    CHECKING = "checking", "Checking"
    BUILDING = "building", "Building"
    READY = "ready", "Ready"
    BROKEN = "broken", "Broken"
    FAILED = "failed", "Failed"


class PreviewQuerySet(models.QuerySet["Preview"]):
    """Previews of projects."""

    def plain(self) -> PreviewQuerySet:
        """Returns the previews that run in the page without a request: one for each project."""
        return self.filter(key=PLAIN)

    def requested(self) -> PreviewQuerySet:
        """Returns the previews that a person requested: with wires watched, stages timed, a fix or changes tried."""
        return self.exclude(key=PLAIN)

    def copies(self) -> PreviewQuerySet:
        """Returns the previews of copies in which changes are tried."""
        return self.filter(options__has_key="copy")


class Preview(LeasedRow):
    """A project's text, built after each edit, or with the options that somebody requested: what is known of the newest
    text, and the last rune that could be built of any. Pages that ask for the same options share it.

    Stored, so that a restart shows at once what ran before. Its fence is the number of the update that the worker with
    the lease builds (`forge.builds.previews.leases`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="previews")
    key = models.CharField(max_length=DIGEST_LENGTH, default=PLAIN)
    """The digest of `options`."""
    options = models.JSONField(default=plain_options)
    """`{"watched": [{"stage", "index"}], "timed"}`: the wires whose tensors are sent to the page as well, each once and
    sorted, and whether the rune says when each stage ends. With `"fix": {"code", "place", "choice"}`, it is the newest
    text with that fix of a diagnostic in it (`forge.compute.child.steps.fix`). With `"copy": {"version", "overrides"}`,
    it is no newest text, but a copy of a version's files with those overrides applied
    (`forge.compute.child.overrides`). With `"build": {"version", "match"}`, it is of a numbered build
    (`forge.builds.previews.stages`). With `"tests": path` nothing is built but the tests of a block, which are run;
    `outline` is their result (`forge.compute.child.steps.compiled_tests`). With `"teach": true`, it is the newest text
    up to what the last layer of its model reads, which the rune sends (`forge.compute.child.steps.teach`)."""
    sequence = models.BigIntegerField(default=0)
    """The number of the document's update that `state`, `diagnostics` and `outline` tell about."""
    state = models.CharField(max_length=10, choices=PreviewState.choices, default=PreviewState.CHECKING)
    diagnostics = models.JSONField(default=list)
    outline = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    build = models.ForeignKey(Build, null=True, blank=True, on_delete=models.SET_NULL, related_name="previews")
    """The last good one."""
    changed = models.DateTimeField(auto_now=True)
    requested = models.DateTimeField(default=timezone.now)
    """The time when a person requested it last; unused for the preview that needs no request."""
    toolchain = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of the toolchain that `state`, `diagnostics` and `outline` come from."""

    objects = PreviewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="one_preview_a_set_of_options")]
        ordering = ["-requested"]

    def __str__(self) -> str:
        return f"preview of {self.project_id}: {self.state}"

    @property
    def is_plain(self) -> bool:
        return self.key == PLAIN

    @property
    def fix(self) -> dict[str, Any] | None:
        """The fix that is tried, where it is that."""
        fix: dict[str, Any] | None = self.options.get("fix")
        return fix

    @property
    def tests(self) -> str | None:
        """The test file whose tests are run compiled, where it is that. Such a preview has no rune."""
        path: str | None = self.options.get("tests")
        return path

    @property
    def is_for_teaching(self) -> bool:
        """Whether its rune sends what the last layer of the model reads."""
        return self.options.get("teach") is True

    @property
    def copy(self) -> dict[str, Any] | None:
        """The version of which it is a copy, and the overrides that are applied in it, where it is that."""
        copy: dict[str, Any] | None = self.options.get("copy")
        return copy

    @property
    def version_id(self) -> str | None:
        """The key of the version that it is of; None for one that follows the newest text."""
        of_version = self.copy or self.options.get("build")
        return None if of_version is None else str(of_version["version"])

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do: this toolchain has checked the newest text, and was not interrupted."""
        at_work = self.state in (PreviewState.CHECKING, PreviewState.BUILDING)
        return self.sequence >= self.project.sequence and self.toolchain == TOOLCHAIN and not at_work

    @property
    def is_current(self) -> bool:
        """Whether the rune that runs is of the newest text. Reads the project: no edit may have come since the look."""
        return self.state == PreviewState.READY and self.sequence >= self.project.sequence


class ProjectContents(models.Model):
    """Searchable contents of a project beside its name: its sensors and files, as of its last preview.

    A narrow row of its own: a preview's has the whole outline in it, and a search goes through all of them.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="contents")
    sensors = models.CharField(max_length=200, blank=True)
    """The capabilities of its Runefile, each once, sorted, with a space before and after each: ` IMAGE SOUND `."""
    paths = models.TextField(blank=True)
    """The paths of its files, sorted, one a line."""

    def __str__(self) -> str:
        return f"contents of {self.project_id}"

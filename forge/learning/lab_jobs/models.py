"""The columns that training runs, searches and conversions share. The job has the attempts, the lease and the log."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.core.actors import Actor
from forge.core.blobs.links import links_of
from forge.core.models import BlobLink
from forge.datasets.models import DataVersion
from forge.jobs.models import Job, JobQuerySet
from forge.learning.lab_jobs.states import RESUMABLE, UNFINISHED, LabJobState
from forge.projects.models import Project
from rune.digests import DIGEST_LENGTH

NEEDS_ENVIRONMENT = "needs-environment"
"""The word before the names of packages in the reason of what ended because they were missing."""
J = TypeVar("J", bound=models.Model, covariant=True)


class LabJobQuerySet(models.QuerySet[J]):
    """Training runs, searches or conversions, as seen by someone."""

    def visible_to(self, actor: Actor) -> Self:
        """Returns those of projects that the person may read."""
        return self.filter(project__in=Project.objects.of_member(actor))

    def unfinished(self) -> Self:
        """Returns those that wait, run or are paused."""
        return self.filter(state__in=UNFINISHED)


class LabJob(models.Model):
    """Work in processes of `lab` that somebody asked for, and what came of it.

    Its state is a column, though jobs have states: a conversion is finished while its job still makes forms, and
    outlives that; a search has several jobs; a model that was taught in a page has none.
    """

    KIND: ClassVar[str]
    """The kind of its jobs."""
    SPEC_KEY: ClassVar[str]
    """The key of its id in the spec of its jobs."""
    BESIDE: ClassVar[tuple[str, ...]]
    """The rows that acts and jobs read with it."""
    DELETED: ClassVar[str]
    """The sentence where it was deleted meanwhile."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    agent = models.UUIDField(null=True, blank=True)
    """The id of the agent that began it in that person's name; None where none did."""
    state = models.CharField(max_length=10, choices=LabJobState.choices, default=LabJobState.WAITING)
    error = models.CharField(max_length=1000, blank=True)
    """The reason why it did not succeed, and what to do."""
    created = models.DateTimeField(default=timezone.now)

    objects = LabJobQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-created"]

    @classmethod
    def beside(cls, *names: str) -> LabJobQuerySet[Self]:
        """Returns all rows, with those that acts and jobs read beside them, and these."""
        return cls.objects.select_related(*cls.BESIDE, *names)

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def can_resume(self) -> bool:
        return self.state in RESUMABLE

    @property
    def jobs(self) -> JobQuerySet:
        """The jobs that do it, or did it, oldest first."""
        spec = {f"spec__{self.SPEC_KEY}": str(self.pk)}
        return Job.objects.filter(kind=self.KIND, project=self.project_id, **spec).order_by("created")

    @property
    def links(self) -> models.QuerySet[BlobLink]:
        """The links of its files."""
        return links_of(self)

    @property
    def needed_packages(self) -> str:
        """The names of the packages that have to be prepared first, as the command takes them; "" for none."""
        raise NotImplementedError

    def title_of(self, project: str) -> str:
        """The title where the project has this name."""
        raise NotImplementedError

    def get_absolute_url(self) -> str:
        raise NotImplementedError


class RecipeJob(LabJob):
    """A training run or a search: it learns by a recipe from a version of data."""

    LABEL: ClassVar[str]
    """The label before its number."""

    number = models.PositiveIntegerField()
    instruction = models.CharField(max_length=10, blank=True)
    """The pending instruction, which `lab` knows as this word; "" for none."""
    reason = models.CharField(max_length=40, blank=True)
    """The error for programs (`lab.refusal.Reason`)."""
    recipe = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    """The values of arguments of the recipe, by name; in a search those of its first trial."""
    form = models.CharField(max_length=20)
    """The form in which the model is quantised."""
    seed = models.PositiveIntegerField(default=0)
    model_path = models.CharField(max_length=200)
    """The path of the model file, in the project."""
    data_version = models.ForeignKey(DataVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    data_number = models.PositiveIntegerField()
    data_digest = models.CharField(max_length=DIGEST_LENGTH)
    """The number and the digest of the version, which outlive it; 0 and "" of a run that was taught in a page."""
    description = models.JSONField(default=dict)
    """Facts about the data, once it was read."""

    class Meta(LabJob.Meta):
        abstract = True

    @property
    def needed_packages(self) -> str:
        word, _, names = self.reason.partition(" ")
        return names if word == NEEDS_ENVIRONMENT else ""

    def title_of(self, project: str) -> str:
        return f"{self.LABEL} {self.number} of {project}"


class TrainingTime(models.Model):
    """Time that a run or a search of an organisation computed, without a pause. `ended` is now, or a little earlier, as
    long as it computes."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    begun = models.DateTimeField()
    ended = models.DateTimeField(db_index=True)

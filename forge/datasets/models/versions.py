"""Versions of data sets, and the copies of them that left the server."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.core.actors import Actor
from forge.datasets.models.data_sets import DataSet
from forge.projects.models import Project
from rune.digests import DIGEST_LENGTH


class DataVersionQuerySet(models.QuerySet["DataVersion"]):
    """Versions of data sets, as seen by someone."""

    def visible_to(self, actor: Actor) -> DataVersionQuerySet:
        """Returns the versions of projects that the person may read."""
        return self.filter(data_set__project__in=Project.objects.of_member(actor))


class DataVersion(models.Model):
    """The samples of a data set at one moment, with labels and splits. It never changes.

    Its contents are a blob (`forge.datasets.versions.manifest`), whose digest names it. Deleting a sample changes
    neither: the version then has a tombstone in its place.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    message = models.CharField(max_length=200, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    figures = models.JSONField()
    """The figures (`forge.datasets.versions.manifest.Figures`)."""
    changes = models.JSONField(default=list)
    """The difference to the previous version, in sentences, as of saving."""

    objects = DataVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_set", "number"], name="one_data_version_a_number"),
            models.UniqueConstraint(fields=["data_set", "digest"], name="one_data_version_a_digest"),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"v{self.number}"


class DataCopyQuerySet(models.QuerySet["DataCopy"]):
    """Copies, as seen by someone."""

    def visible_to(self, actor: Actor) -> DataCopyQuerySet:
        """Returns the versions of projects that the person may read."""
        return self.filter(version__data_set__project__in=Project.objects.of_member(actor))


class DataCopy(models.Model):
    """A copy: a person fetched the recordings of a version, or those with numbers from `first` to `last`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(DataVersion, on_delete=models.CASCADE, related_name="copies")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_program = models.BooleanField(default=False)
    """Whether a token fetched it: `rune data pull`, a notebook, a program."""
    layout = models.CharField(max_length=40)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    created = models.DateTimeField(default=timezone.now)

    objects = DataCopyQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["version", "created"], name="copies_of_versions")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"copy of {self.version} as {self.layout}"

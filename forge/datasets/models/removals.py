"""Removals: that samples were deleted, and why. The row outlives the bytes."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from forge.core.actors import Actor
from forge.datasets.models.data_sets import DataSet
from forge.projects.models import Project


class RemovalReason(models.TextChoices):
    """The reason why samples were deleted."""

    WITHDRAWN = "withdrawn", "Consent was withdrawn"
    DELETED = "deleted", "Deleted by a person"
    ENDED = "ended", "Their time was over"


class SampleRemovalQuerySet(models.QuerySet["SampleRemoval"]):
    """Removals, as seen by someone."""

    def visible_to(self, actor: Actor) -> SampleRemovalQuerySet:
        """Returns the removals of projects that the person may read."""
        return self.filter(data_set__project__in=Project.objects.of_member(actor))


class SampleRemoval(models.Model):
    """A removal of some samples of a data set at once. It does not say whose they were."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="removals")
    reason = models.CharField(max_length=10, choices=RemovalReason.choices)
    count = models.PositiveIntegerField()
    stopped = models.JSONField(default=list)
    """Sentences about the jobs that worked with the samples and were stopped."""
    created = models.DateTimeField(default=timezone.now)

    objects = SampleRemovalQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.count} samples: {self.get_reason_display()}"

"""Standing tables: published versions that were tested on the same samples, one table for each set of samples."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.db.models import Q

from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.database.constraints import reason_constraint
from forge.datasets.models import DataVersion
from forge.projects.models import Project
from forge.registry.oci.manifests import TAG_LENGTH
from rune.digests import DIGEST_LENGTH

TITLE_LENGTH = 80
ADDRESS_LENGTH = 32
"""Hexadecimal digits of a table's address, out of the digest of its samples."""


class StandingTableQuerySet(models.QuerySet["StandingTable"]):
    """Tables, as seen by someone."""

    def visible_to(self, actor: Actor) -> StandingTableQuerySet:
        """Tables with a version, also one that left, of a project whose page the person may open."""
        return self.filter(models.Exists(StandingEntry.objects.visible_to(actor).filter(table=models.OuterRef("pk"))))


class StandingTable(models.Model):
    """A set of test samples on which versions are compared. Its address stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address = models.CharField(max_length=ADDRESS_LENGTH, unique=True)
    samples = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    """The digest of the test samples: their recordings, labels and marked places."""
    title = models.CharField(max_length=TITLE_LENGTH)
    """The task, in the words of the person who entered the first version."""
    data_version = models.ForeignKey(DataVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    """The data of the first version. Its samples are withdrawn there."""
    data_digest = models.CharField(max_length=DIGEST_LENGTH)
    labels = models.JSONField()
    """How many of the samples have each label."""
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField()
    closed = models.DateTimeField(null=True, blank=True)
    """The time since which no version can be added, as samples were withdrawn; None while versions can be."""
    closing = models.TextField(blank=True, default="")
    """The reason why it was closed."""

    objects = StandingTableQuerySet.as_manager()

    class Meta:
        constraints = [reason_constraint("closed", "closing", name="a_closed_standing_has_a_reason")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/standings/{self.address}"

    @property
    def count(self) -> int:
        """How many samples it has."""
        labels: Mapping[str, int] = self.labels
        return sum(labels.values())


class StandingEntryQuerySet(models.QuerySet["StandingEntry"]):
    """Versions in tables, as seen by someone."""

    def visible_to(self, actor: Actor) -> StandingEntryQuerySet:
        """Versions of projects whose page the person may open."""
        return self.filter(project__in=Project.objects.visible_to(actor))


class StandingEntry(models.Model):
    """A published version in a table. A row stays when the version leaves, with the day and the reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table = models.ForeignKey(StandingTable, on_delete=models.CASCADE, related_name="entries")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    build = models.ForeignKey(Build, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.CharField(max_length=TAG_LENGTH)
    """The tag that it was published under when it was added."""
    rune = models.CharField(max_length=DIGEST_LENGTH)
    size = models.PositiveBigIntegerField()
    """Bytes of the rune."""
    memory = models.PositiveBigIntegerField(null=True)
    """Bytes that it plans at run time."""
    right = models.PositiveIntegerField()
    """Samples that it answers with their label."""
    sample_count = models.PositiveIntegerField()
    """Samples that it ran on."""
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    joined = models.DateTimeField()
    left = models.DateTimeField(null=True, blank=True)
    """The time when it left, or None."""
    reason = models.TextField(blank=True, default="")
    """The reason why it left."""

    objects = StandingEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "project", "rune"], condition=Q(left=None), name="one_standing_a_rune"
            ),
            reason_constraint("left", "reason", name="who_left_a_standing_has_a_reason"),
        ]
        ordering = ["joined"]

    def __str__(self) -> str:
        return f"{self.version} in {self.table_id}"

    @property
    def name(self) -> str:
        """`acme/kitchen:1.0`"""
        return f"{self.project.full_name}:{self.version}"

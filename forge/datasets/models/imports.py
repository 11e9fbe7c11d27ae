"""Imports of data sets that other tools wrote."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.core.actors import Actor
from forge.datasets.models.consents import Consent
from forge.datasets.models.data_sets import DataSet
from forge.projects.models import Project
from rune.datasets.label_names import WORD_LIMIT


class ImportState(models.TextChoices):
    """The state of an import. The last two are ends."""

    SENDING = "sending", "Sending"
    READING = "reading", "Reading its lists"
    READY = "ready", "Ready to import"
    ADDING = "adding", "Adding samples"
    DONE = "done", "Imported"
    FAILED = "failed", "Stopped"


class DataImportQuerySet(models.QuerySet["DataImport"]):
    """Imports, as seen by someone."""

    def visible_to(self, actor: Actor) -> DataImportQuerySet:
        """Returns the imports of projects that the person may read."""
        return self.filter(data_set__project__in=Project.objects.of_member(actor))


class DataImport(models.Model):
    """An archive that somebody sends, whose recordings become samples.

    Its bytes come in pieces, each a blob that this row links. They are deleted at the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="imports")
    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="imports")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.SENDING)
    size = models.BigIntegerField()
    """Bytes of the archive, as its sender announced them."""
    received_bytes = models.BigIntegerField(default=0)
    pieces = models.JSONField(default=list)
    """The digests of the blobs that are the archive, in order; empty once it is deleted."""
    group = models.CharField(max_length=WORD_LIMIT, blank=True)
    """A pseudonym for recordings whose person the archive does not name; "" for who agreed."""
    alone = models.BooleanField(default=False)
    """Whether such recordings are of nobody instead."""
    device = models.CharField(max_length=WORD_LIMIT, blank=True)
    labels = models.JSONField(null=True, blank=True)
    """The labels to import; None for all."""
    settlements = models.JSONField(default=dict)
    """The label that was chosen for bytes with several, by digest; None leaves them out."""
    description = models.JSONField(default=dict)
    """The archive's contents (`forge.compute.pool.data_answers.DataDescriptionJson`); empty until it was read."""
    position = models.PositiveIntegerField(default=0)
    """How many of its recordings were added or left out. An import that was interrupted goes on here."""
    total = models.PositiveIntegerField(default=0)
    """How many recordings there are with the chosen labels; 0 before the first was read."""
    new_samples = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    """How many were samples of the data set already."""
    omission_count = models.PositiveIntegerField(default=0)
    """How many were left out."""
    omissions = models.JSONField(default=list)
    """The first of the omitted files, each with `path` and `reason`."""
    notes = models.JSONField(default=list, db_default=[])
    """Notes on recordings that came in, the first of them, each with `path` and `reason`."""
    error = models.CharField(max_length=500, blank=True)
    """The reason why it stopped."""
    created = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(auto_now=True)

    objects = DataImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"import of {self.created:%Y-%m-%d %H:%M}"

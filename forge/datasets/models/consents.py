"""Consents: what a person read and agreed to, before they sent recordings."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forge.core.actors import Actor
from forge.datasets.models.data_sets import DataSet
from forge.projects.models import Project
from rune.datasets.splits import Split


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Consents, as seen by someone."""

    def visible_to(self, actor: Actor) -> ConsentQuerySet:
        """Returns the consents in projects that the person may read, and the person's own wherever they are."""
        if not actor.is_authenticated:
            return self.none()
        is_readable = Q(data_set__project__in=Project.objects.of_member(actor))
        return self.filter(is_readable | Q(person_id=actor.pk) if actor.restriction is None else is_readable)

    def in_force(self, now: datetime | None = None) -> ConsentQuerySet:
        """Returns the consents that were not withdrawn or replaced, and have not ended."""
        return self.filter(Q(ends=None) | Q(ends__gt=now or timezone.now()), withdrawn=None, replaced_by=None)


class Consent(models.Model):
    """A person's agreement to give recordings, for some purposes and until some day. It covers one or many samples.

    The row outlives the recordings: it says what was agreed and when that ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="consents")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField()
    """The sentences that the person read."""
    for_tests = models.BooleanField()
    """Builds may be tested on the samples."""
    for_training = models.BooleanField()
    """Models of the project may learn from them."""
    for_readers = models.BooleanField()
    """Whether the recordings may be shown to everyone who sees what the project published."""
    for_other_projects = models.BooleanField()
    """Other projects of the organisation may use them for the same purposes."""
    for_assistants = models.BooleanField(default=False, db_default=False)
    """Outside assistants of the project's members may read them."""
    agreed = models.DateTimeField(auto_now_add=True)
    ends = models.DateTimeField(null=True, blank=True)
    """The time when the samples are deleted; None: when a person deletes them."""
    withdrawn = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaced")
    """The consent that its person gave instead, for the same samples."""
    is_restricted = models.BooleanField(default=False, db_default=False)
    """Whether its person read that only those who manage the project hear and see the samples: no later choice of the
    project lets others do so."""

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(for_tests=True) | Q(for_training=True), name="a_consent_has_a_purpose")
        ]
        indexes = [
            models.Index(fields=["ends"], condition=Q(withdrawn=None, ends__isnull=False), name="consents_to_end")
        ]
        ordering = ["-agreed"]

    def __str__(self) -> str:
        return self.text[:60]

    def covers(self, split: Split) -> bool:
        """Returns whether it covers samples of a split: `forge.datasets.sample_uses.covers_split` for a row."""
        return self.for_tests if split == Split.TEST else self.for_training

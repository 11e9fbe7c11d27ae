"""Runs of a person's programs on samples that this person may not play, of the last day: they are limited."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.datasets.models.data_sets import DataSet


class ProtectedRun(models.Model):
    """A job that ran a rune of a person on samples which this person may not play."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.UUIDField(unique=True)
    """The job that ran it; an attempt after a crash is the same run."""
    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    """The person who requested the job; None where that was a program of the server, such as a pull from a Git
    repository."""
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["person", "created"], name="protected_runs_of_people")]

    def __str__(self) -> str:
        return f"protected run of job {self.job}"

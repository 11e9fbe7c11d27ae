"""Data sets of projects."""

from __future__ import annotations

import uuid

from django.db import models

from forge.core.actors import Actor
from forge.projects.models import Project


class DataSetQuerySet(models.QuerySet["DataSet"]):
    """Data sets, as seen by someone."""

    def visible_to(self, actor: Actor) -> DataSetQuerySet:
        """Returns the data sets of projects that the person may read."""
        return self.filter(project__in=Project.objects.of_member(actor))


class DataSet(models.Model):
    """The samples of a project. It is made with the first consent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="data_set")
    revision = models.PositiveBigIntegerField(default=0)
    """Counts the changes of samples. Who changes something names the revision that they read."""
    last_number = models.PositiveIntegerField(default=0)
    """The highest number that a sample ever had."""
    last_group = models.PositiveIntegerField(default=0)
    """The highest number that a group ever had."""
    is_restricted = models.BooleanField(default=False, db_default=False)
    """Whether only those who manage the project play samples, besides the person who gave one. Others train and test
    on them and see figures."""
    licence = models.CharField(max_length=20, blank=True, db_default="")
    """The SPDX identifier of the licence under which others may use the data; "" where the project states none."""
    row_rates = models.JSONField(default=list, db_default=[])
    """The interval between rows of motion and of each table (`rune.datasets.layouts.row_rates.RowRateJson`), where an
    import said it: rows are stored without times, and further imports come in at the same rate."""
    created = models.DateTimeField(auto_now_add=True)

    objects = DataSetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"data of {self.project_id}"

"""Reports of apps and web pages: not signed, without an identifier, and together one unit a deployment and day."""

from __future__ import annotations

from django.db import models

from forge.deployments.models import Deployment
from forge.telemetry.intake.models import WatchedRune


class AppReportsOfDay(models.Model):
    """The number of reports of an event by apps of a deployment on a day, by the family of browsers.

    No row says which app, and nothing that alarms somebody reads them: anybody with a key of the deployment, which a
    page shows to its visitors, can send any number.
    """

    id = models.BigAutoField(primary_key=True)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="app_reports")
    day = models.DateField()
    event = models.CharField(max_length=30)
    browser = models.CharField(max_length=30)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deployment", "day", "event", "browser"], name="one_count_of_app_reports")
        ]
        indexes = [models.Index(fields=["day"], name="app_reports_by_age")]
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.deployment_id} {self.day} {self.event}"


class PageCountsOfDay(models.Model):
    """The sum of the documents about a rune that web pages and apps of its deployment sent for a day.

    Nobody signed them, so they are never added to the counts of devices, and no alert reads them.
    """

    id = models.BigAutoField(primary_key=True)
    watched = models.ForeignKey(WatchedRune, on_delete=models.CASCADE, related_name="page_counts")
    day = models.DateField()
    reports = models.PositiveBigIntegerField(default=0)
    """Documents. A page sends several on a day, and nothing says which are of one page."""
    sums = models.BinaryField()
    """The sums as integers of 64 bits (`forge.telemetry.totals.sums`)."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watched", "day"], name="one_sum_of_pages_a_day")]
        indexes = [models.Index(fields=["day"], name="page_counts_by_age")]
        ordering = ["-day", "id"]

    def __str__(self) -> str:
        return f"{self.watched_id} {self.day}"

"""Reports of apps and web pages: not signed, without an identifier, and together one unit a deployment and day."""

from __future__ import annotations

from django.db import models

from forge.deployments.models import Deployment


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

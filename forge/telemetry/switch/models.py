"""The decisions about telemetry of deployments: on or off, since when, and by whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from forge.deployments.models import Deployment


class DeploymentTelemetry(models.Model):
    """The last decision about telemetry of a deployment. One without a row never counted."""

    deployment = models.OneToOneField(
        Deployment, primary_key=True, on_delete=models.CASCADE, related_name="telemetry_switch"
    )
    is_on = models.BooleanField()
    changed = models.DateTimeField()
    """The time since when it is on or off."""
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The person; None of a decision of before who decided was kept, or whose account was deleted."""

    def __str__(self) -> str:
        return "on" if self.is_on else "off"

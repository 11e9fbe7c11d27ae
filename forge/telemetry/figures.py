"""Figures of telemetry for operators."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Min
from django.utils import timezone

from forge.telemetry.models import DeploymentTelemetry, DeviceCounts, WatchAlert


@dataclass(frozen=True)
class TelemetryFigures:
    """The figures."""

    deployments: int
    """Deployments that count."""
    waiting: int
    """Documents that are in no total yet."""
    oldest_wait: float
    """Seconds for which the oldest of them has waited."""
    open_alerts: int


def telemetry_figures() -> TelemetryFigures:
    """Returns the figures of this moment, from small indexes."""
    waiting = DeviceCounts.objects.filter(is_merged=False).order_by()
    oldest = waiting.aggregate(oldest=Min("received"))["oldest"]
    return TelemetryFigures(
        DeploymentTelemetry.objects.filter(is_on=True).count(),
        waiting.count(),
        0.0 if oldest is None else max(0.0, (timezone.now() - oldest).total_seconds()),
        WatchAlert.objects.filter(closed=None).count(),
    )

"""All tables of telemetry. Each is declared in the folder that it belongs to."""

from __future__ import annotations

from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.app_reports.models import AppReportsOfDay, PageCountsOfDay
from forge.telemetry.intake.models import DeviceCounts, DevicePairs, WatchedRune
from forge.telemetry.sample_requests.models import DeviceSampleRequest, PageSampleAnswer, SampleRequest
from forge.telemetry.switch.models import DeploymentTelemetry
from forge.telemetry.totals.models import DayTotal

__all__ = (
    "AppReportsOfDay",
    "DayTotal",
    "DeploymentTelemetry",
    "DeviceCounts",
    "DevicePairs",
    "DeviceSampleRequest",
    "PageCountsOfDay",
    "PageSampleAnswer",
    "SampleRequest",
    "WatchAlert",
    "WatchedRune",
)

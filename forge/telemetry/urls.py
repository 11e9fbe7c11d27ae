"""The API's addresses of telemetry, and the one at which apps report."""

from __future__ import annotations

from django.urls import path

from forge.core.api.acts import act_paths, acts_in
from forge.deployments.place import DEPLOYMENT
from forge.fleet.place import DEVICE
from forge.telemetry import api
from forge.telemetry.app_reports.views import telemetry_report
from forge.telemetry.sample_requests.actions import answering, requesting
from forge.telemetry.sample_requests.api import DeploymentSampleRequests, DeviceSampleRequests
from forge.telemetry.switch import actions as switch

urlpatterns = [
    *act_paths(
        acts_in(switch, requesting, answering),
        {
            f"{DEPLOYMENT.route}telemetry": api.DeploymentTelemetryState,
            f"{DEPLOYMENT.route}telemetry/totals": api.DeploymentTotals,
            f"{DEPLOYMENT.route}telemetry/alerts": api.DeploymentAlerts,
            f"{DEPLOYMENT.route}telemetry/totals.csv": api.DeploymentTotalsTable,
            f"{DEPLOYMENT.route}telemetry/requests": DeploymentSampleRequests,
            f"{DEVICE.route}counts": api.DeviceLastCounts,
            f"{DEVICE.route}sample-requests": DeviceSampleRequests,
        },
    ),
]

report_urlpatterns = [path("telemetry", telemetry_report)]
"""Below /forge/: what clients of @hotg-ai/forge ask."""

"""The API's addresses of telemetry, and those at which apps and web pages report."""

from __future__ import annotations

from django.urls import path

from forge.core.api.acts import act_paths, acts_in
from forge.deployments.place import DEPLOYMENT
from forge.fleet.place import DEVICE
from forge.telemetry import api
from forge.telemetry.alerts import actions as alerts
from forge.telemetry.app_reports.serving import page_counts, page_telemetry
from forge.telemetry.app_reports.views import telemetry_report
from forge.telemetry.switch import actions as switch

urlpatterns = [
    *act_paths(
        acts_in(switch, alerts),
        {
            f"{DEPLOYMENT.route}telemetry": api.DeploymentTelemetryState,
            f"{DEPLOYMENT.route}telemetry/totals": api.DeploymentTotals,
            f"{DEPLOYMENT.route}telemetry/pages": api.DeploymentPageCounts,
            f"{DEPLOYMENT.route}telemetry/alerts": api.DeploymentAlerts,
            f"{DEPLOYMENT.route}telemetry/totals.csv": api.DeploymentTotalsTable,
            f"{DEPLOYMENT.route}telemetry/totals.parquet": api.DeploymentTotalsParquet,
            f"{DEVICE.route}counts": api.DeviceLastCounts,
        },
    ),
]

report_urlpatterns = [path("telemetry", telemetry_report)]
"""Below /forge/: what clients of @hotg-ai/forge ask."""

_SERVED = "<str:organisation>/<str:name>/<str:deployment>"
served_counts_urlpatterns = [
    path(f"{_SERVED}/telemetry", page_telemetry),
    path(f"{_SERVED}/<uuid:key>/telemetry", page_counts),
]
"""Below /d/, before the addresses of runes: what pages and apps outside ask."""

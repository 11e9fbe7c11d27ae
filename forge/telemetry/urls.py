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
from forge.telemetry.sample_requests.actions import answering, requesting
from forge.telemetry.sample_requests.api import DeploymentSampleRequests, DeviceSampleRequests
from forge.telemetry.sample_requests.from_pages.offers import TAKE_BACK
from forge.telemetry.sample_requests.from_pages.serving import page_samples, page_take_back
from forge.telemetry.switch import actions as switch

urlpatterns = [
    *act_paths(
        acts_in(switch, alerts, requesting, answering),
        {
            f"{DEPLOYMENT.route}telemetry": api.DeploymentTelemetryState,
            f"{DEPLOYMENT.route}telemetry/totals": api.DeploymentTotals,
            f"{DEPLOYMENT.route}telemetry/pages": api.DeploymentPageCounts,
            f"{DEPLOYMENT.route}telemetry/alerts": api.DeploymentAlerts,
            f"{DEPLOYMENT.route}telemetry/totals.csv": api.DeploymentTotalsTable,
            f"{DEPLOYMENT.route}telemetry/totals.parquet": api.DeploymentTotalsParquet,
            f"{DEPLOYMENT.route}telemetry/requests": DeploymentSampleRequests,
            f"{DEVICE.route}counts": api.DeviceLastCounts,
            f"{DEVICE.route}sample-requests": DeviceSampleRequests,
        },
    ),
]

report_urlpatterns = [path("telemetry", telemetry_report)]
"""Below /forge/: what clients of @hotg-ai/forge ask."""

_SERVED = "<str:organisation>/<str:name>/<str:deployment>"
served_counts_urlpatterns = [
    path(f"{_SERVED}/telemetry", page_telemetry),
    path(f"{_SERVED}/<uuid:key>/telemetry", page_counts),
    path(f"{_SERVED}/<uuid:key>/samples", page_samples),
    path(TAKE_BACK.removeprefix("/d/"), page_take_back),
]
"""Below /d/, before the addresses of runes: what pages and apps outside ask."""

"""`/metrics` in the format of Prometheus, for operators alone: a client needs METRICS_TOKEN.

Requests, sockets and log lines are counted by each process; builds, previews, the store and periodic tasks stand in the
database, and any process of the installation answers them.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Sequence
from statistics import quantiles

from django.conf import settings
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import REGISTRY, Collector

from forge.builds.runs.figures import build_figures
from forge.core.blobs.damage import count_damaged
from forge.core.errors import NotFound
from forge.core.models import Blob, PeriodicRun
from forge.telemetry.figures import telemetry_figures


class InstallationCollector(Collector):
    """Metrics from the database, read at each request."""

    def collect(self) -> Iterable[Metric]:
        figures = build_figures()
        yield _by_label("forge_builds", "Numbered builds.", "state", figures.by_state.items())
        yield _by_label("forge_previews", "Previews of projects.", "state", figures.previews.items())
        oldest = "Seconds that the build at the front of the queue has waited."
        yield GaugeMetricFamily("forge_build_oldest_wait_seconds", oldest, figures.oldest_wait)
        wait_text, duration_text = "Seconds that recent builds waited.", "Seconds that recent builds took."
        yield _by_label("forge_build_wait_seconds", wait_text, "quantile", _quantiles(figures.wait_times))
        yield _by_label("forge_build_seconds", duration_text, "quantile", _quantiles(figures.durations))
        store = Blob.objects.aggregate(count=Count("pk"), size=Sum("size"))
        yield GaugeMetricFamily("forge_store_files", "Files in the store.", store["count"])
        yield GaugeMetricFamily("forge_store_bytes", "Bytes of the files in the store.", store["size"] or 0)
        damaged_text = "Files in the store that are known to be damaged."
        yield GaugeMetricFamily("forge_store_damaged_files", damaged_text, count_damaged())
        free = shutil.disk_usage(settings.DATA_DIR).free
        yield GaugeMetricFamily("forge_disk_free_bytes", "Bytes that are free in the data folder.", free)
        telemetry = telemetry_figures()
        counting_text = "Deployments whose telemetry is on."
        yield GaugeMetricFamily("forge_telemetry_deployments", counting_text, telemetry.deployments)
        waiting_text = "Documents of devices that are in no total yet."
        yield GaugeMetricFamily("forge_telemetry_waiting_documents", waiting_text, telemetry.waiting)
        oldest_text = "Seconds that the oldest of these documents has waited."
        yield GaugeMetricFamily("forge_telemetry_oldest_wait_seconds", oldest_text, telemetry.oldest_wait)
        alerts_text = "Alerts about the counts of devices that are open."
        yield GaugeMetricFamily("forge_telemetry_open_alerts", alerts_text, telemetry.open_alerts)
        runs = list(PeriodicRun.objects.all())
        end_times = [(run.name, run.ended.timestamp()) for run in runs if run.ended]
        yield _by_label("forge_periodic_ended_seconds", "When a periodic task ended last.", "task", end_times)
        failure_flags = [(run.name, float(bool(run.error))) for run in runs]
        yield _by_label("forge_periodic_failed", "1 where its last run failed.", "task", failure_flags)


def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics. Without the token the address is as if it were not there."""
    expected = settings.ENVIRONMENT.metrics_token
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not expected or not secrets.compare_digest(token.encode(), expected.encode()):
        raise NotFound()
    installation = CollectorRegistry(auto_describe=False)
    installation.register(InstallationCollector())
    body = generate_latest(REGISTRY) + generate_latest(installation)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _by_label(name: str, text: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, amount in values:
        family.add_metric([value], amount)
    return family


def _quantiles(values: Sequence[float]) -> list[tuple[str, float]]:
    """The median and the 95th percentile; nothing of nothing."""
    if not values:
        return []
    cuts = quantiles([*values, values[0]] if len(values) == 1 else values, n=20, method="inclusive")
    return [("0.5", cuts[9]), ("0.95", cuts[18])]

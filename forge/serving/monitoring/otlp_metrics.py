"""The figures that Prometheus reads, sent to an OpenTelemetry collector: the same families, declared once."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from prometheus_client import Metric
from prometheus_client.registry import REGISTRY
from prometheus_client.samples import Sample

from forge.serving.monitoring.metrics import InstallationCollector
from forge.serving.monitoring.otlp import address_of, headers_of, resource

_PREFIXES: Final = ("forge_", "process_")
"""Other families are about Python's memory."""
_TIMEOUT: Final = 5.0
"""Seconds for which a collector is waited for."""
_BEGIN: Final = time.time_ns()
"""The time from which on this process counts, in nanoseconds since 1970."""


class MetricExport:
    """Sends metrics to a collector."""

    def __init__(self, collector: str, headers: str) -> None:
        self._collector, self._headers = collector, headers
        self._exporter: Any = None
        self._sending = threading.Lock()

    def send_process(self) -> None:
        """Sends the figures of this process, in a thread of its own: quick work waits for no collector."""
        threading.Thread(target=self._send_process, daemon=True, name="otlp-metrics").start()

    def send_installation(self) -> None:
        """Sends the figures that are in the database."""
        self._send(InstallationCollector().collect())

    def _send_process(self) -> None:
        # A collector that is slow gets the next figures, and no threads that wait.
        if self._sending.acquire(blocking=False):
            try:
                self._send(family for family in REGISTRY.collect() if family.name.startswith(_PREFIXES))
            finally:
                self._sending.release()

    def _send(self, families: Iterable[Metric]) -> None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope

        if self._exporter is None:
            address = address_of(self._collector, "metrics")
            self._exporter = OTLPMetricExporter(address, headers=headers_of(self._headers), timeout=_TIMEOUT)
        metrics = [metric for family in families if (metric := metric_of(family, time.time_ns())) is not None]
        scope = ScopeMetrics(InstrumentationScope("forge"), metrics, "")
        # The exporter says in the log why it could not send, and the next figures have all that these have.
        self._exporter.export(MetricsData([ResourceMetrics(resource(), [scope], "")]))


def metric_of(family: Metric, now: int) -> Any:
    """Returns a family of Prometheus as a metric of OpenTelemetry; None of a kind that it does not have, and of one
    that has counted nothing yet."""
    from opentelemetry.sdk.metrics import export

    cumulative = export.AggregationTemporality.CUMULATIVE

    def numbers(ending: str) -> list[Any]:
        return [
            export.NumberDataPoint(dict(each.labels), _BEGIN, now, each.value)
            for each in family.samples
            if each.name == family.name + ending
        ]

    data: Any
    match family.type:
        case "counter":
            data = export.Sum(numbers("_total"), cumulative, is_monotonic=True)
        case "gauge":
            data = export.Gauge(numbers(""))
        case "histogram":
            data = export.Histogram([_distribution(each, now) for each in _by_labels(family.samples)], cumulative)
        case _:
            return None
    return export.Metric(family.name, family.documentation, "", data) if data.data_points else None


def _by_labels(samples: Sequence[Sample]) -> Iterable[Sequence[Sample]]:
    """Returns the samples of each histogram of a family."""
    groups: dict[frozenset[tuple[str, str]], list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[frozenset((name, value) for name, value in sample.labels.items() if name != "le")].append(sample)
    return groups.values()


def _distribution(samples: Sequence[Sample], now: int) -> Any:
    from opentelemetry.sdk.metrics.export import HistogramDataPoint

    cumulative = {float(each.labels["le"]): int(each.value) for each in samples if "le" in each.labels}
    bounds = sorted(cumulative)
    # Prometheus counts all up to a bound, OpenTelemetry those between two.
    counts = [
        cumulative[bound] - before
        for bound, before in zip(bounds, [0, *map(cumulative.__getitem__, bounds)], strict=False)
    ]
    total = next(each.value for each in samples if each.name.endswith("_sum"))
    labels = {name: value for name, value in samples[0].labels.items() if name != "le"}
    return HistogramDataPoint(labels, _BEGIN, now, sum(counts), total, counts, bounds[:-1], float("nan"), float("nan"))

"""Traces and metrics arrive at a collector that reads the protocol, with the packages that `requirements/telemetry.txt`
locks. What they say is listed here, and no name of a person, project or device is in it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from gzip import decompress
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.listening import QuietHandler, http_server
from tests.support.servers.live_forge import REPOSITORY
from tests.support.servers.live_server import LiveServer
from tools.packaging.lock import added_entries, entries

pytestmark = pytest.mark.proof
HEADERS = "authorization=Bearer%20of-the-collector"
SPAN_ATTRIBUTES = {
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "error.type",
    "forge.job.kind",
}
METRIC_ATTRIBUTES = {"level", "method", "quantile", "state", "status", "task", "verdict"}
RESOURCE_ATTRIBUTES = {
    "service.name",
    "service.instance.id",
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
}
TELEMETRY = {f"forge_telemetry_{name}" for name in ("deployments", "oldest_wait_seconds", "open_alerts")} | {
    "forge_telemetry_waiting_documents"
}


@dataclass
class CollectedRequests:
    """The requests that a collector got."""

    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Path, authorization and body."""

    def messages(self, signal: str) -> Iterator[Any]:
        """The requests of a signal, read by the published description of the protocol."""
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        kinds = {"traces": ExportTraceServiceRequest, "metrics": ExportMetricsServiceRequest}
        for path, _, body in list(self.requests):
            if path == f"/v1/{signal}":
                yield kinds[signal].FromString(body)

    def spans(self) -> list[Any]:
        return [
            span
            for message in self.messages("traces")
            for each in message.resource_spans
            for scope in each.scope_spans
            for span in scope.spans
        ]

    def metrics(self) -> Mapping[str, Any]:
        """The newest of each name."""
        return {
            metric.name: metric
            for message in self.messages("metrics")
            for each in message.resource_metrics
            for scope in each.scope_metrics
            for metric in scope.metrics
        }

    def resources(self) -> list[Any]:
        parts = [each for message in self.messages("traces") for each in message.resource_spans]
        parts += [each for message in self.messages("metrics") for each in message.resource_metrics]
        return [each.resource for each in parts]


class OtlpCollector(QuietHandler):
    """Keeps what is sent to it."""

    collected: CollectedRequests

    def do_POST(self) -> None:
        body = self.body()
        body = decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        self.collected.requests.append((self.path, self.headers.get("Authorization", ""), body))
        self.respond(200, headers={"Content-Type": "application/x-protobuf"})


@contextmanager
def collector() -> Iterator[tuple[str, CollectedRequests]]:
    """A collector's address, and the requests that it got."""
    collected = CollectedRequests()
    kind = type("Kept", (OtlpCollector,), {"collected": collected})
    with http_server(kind) as address:
        yield address, collected


def install_what_is_missing(folder: Path) -> str:
    """Installs what the lock of traces has beyond those of the server and of the tests. Returns where."""
    tests, traces = (
        entries((REPOSITORY / "requirements" / name).read_text("utf-8")) for name in ("dev.txt", "telemetry.txt")
    )
    more = folder / "more.txt"
    more.write_text("".join(added_entries(traces, tests)), "utf-8")
    uv = str(REPOSITORY / ".venv" / "bin" / "uv")
    options = ["--quiet", "--no-deps", "--require-hashes", "--target", str(folder / "packages")]
    subprocess.run([uv, "pip", "install", *options, "-r", str(more)], check=True)
    return str(folder / "packages")


def points_of(metric: Any) -> Any:
    return getattr(metric, metric.WhichOneof("data")).data_points


@pytest.mark.protects("operation/trace-collectors", "operation/exported-names")
def test_requests_jobs_and_figures_arrive_without_a_name_and_the_password_stays_out_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = install_what_is_missing(tmp_path)
    monkeypatch.syspath_prepend(packages)
    with collector() as (address, collected):
        environment = {
            "PYTHONPATH": packages,
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_EXPORTER_OTLP_HEADERS": HEADERS,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "OTEL_METRIC_EXPORT_INTERVAL": "500",
        }
        with LiveServer(tmp_path / "data", environment) as live:
            organisation = live.organisation()
            live.api("POST", "projects", json={"organisation": organisation, "name": "gates", "template": "sine"})
            live.build(f"{organisation}/gates")
            live.api("GET", "me", headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
            live.http.get("/healthz")
            live.until(lambda: {"GET /api/v1/me", "job build"} <= {span.name for span in collected.spans()})
            live.until(lambda: set(collected.metrics()) >= TELEMETRY)
            live.until(lambda: "forge_requests" in collected.metrics())
            process_environment = Path(f"/proc/{live.pid}/environ").read_bytes()
            assert b"of-the-collector" not in process_environment
    assert {token for _, token, _ in collected.requests} == {"Bearer of-the-collector"}
    spans, metrics = collected.spans(), collected.metrics()
    assert {each.key for span in spans for each in span.attributes} <= SPAN_ATTRIBUTES
    assert "/healthz" not in {each.value.string_value for span in spans for each in span.attributes}
    assert {each.key for metric in metrics.values() for point in points_of(metric) for each in point.attributes} <= (
        METRIC_ATTRIBUTES
    )
    assert {each.key for resource in collected.resources() for each in resource.attributes} <= RESOURCE_ATTRIBUTES
    everything = b"".join(body for _, _, body in collected.requests)
    assert organisation.encode() not in everything
    assert b"gates" not in everything
    (of_proxy,) = [span for span in spans if span.parent_span_id == bytes.fromhex("cd" * 8)]
    assert (of_proxy.trace_id, of_proxy.name) == (bytes.fromhex("ab" * 16), "GET /api/v1/me")
    assert of_proxy.end_time_unix_nano > of_proxy.start_time_unix_nano > 0
    seconds = points_of(metrics["forge_request_seconds"])[0]
    assert seconds.count == sum(seconds.bucket_counts) > 0
    assert len(seconds.bucket_counts) == len(seconds.explicit_bounds) + 1
    assert metrics["forge_requests"].sum.is_monotonic


def test_documents_are_counted_by_their_verdict_and_an_unused_counter_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(install_what_is_missing(tmp_path))
    from prometheus_client import CollectorRegistry, Counter

    from forge.serving.monitoring.otlp_metrics import metric_of

    registry = CollectorRegistry()
    documents = Counter("forge_telemetry_documents", "Documents.", ["verdict"], registry=registry)
    (family,) = registry.collect()
    assert metric_of(family, 5) is None
    documents.labels("accepted").inc(3)
    documents.labels("day-early").inc()
    (family,) = registry.collect()
    metric = metric_of(family, 5)
    assert (metric.name, metric.data.is_monotonic) == ("forge_telemetry_documents", True)
    assert {point.attributes["verdict"]: point.value for point in metric.data.data_points} == {
        "accepted": 3,
        "day-early": 1,
    }

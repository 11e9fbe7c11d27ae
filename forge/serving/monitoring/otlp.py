"""OpenTelemetry, where the environment names a collector. Without one, none of its packages is imported.

The library reads its own variables, such as `OTEL_SERVICE_NAME` and `OTEL_TRACES_SAMPLER`. The collector's address and
headers are passed to it: they may hold a password, which the server has removed from the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final
from uuid import uuid4

from forge.core.observability.spans import EndedSpan, SpanAttribute
from forge.serving.configuration.environment import BadEnvironment

HOW_TO_INSTALL: Final = "uv pip install --require-hashes -r requirements/server.txt -r requirements/telemetry.txt"
EXPORT_EVERY: Final = 60.0
"""Seconds between two exports of metrics where `OTEL_METRIC_EXPORT_INTERVAL` says nothing."""
_UNTRACED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Addresses that programs of operators ask every few seconds."""
_NAME: Final = "hammer-forge"


def check_packages(collector: str) -> None:
    """Raises `BadEnvironment` where a collector is named and the packages are missing."""
    if collector and not has_packages():
        raise BadEnvironment(f"OTEL_EXPORTER_OTLP_ENDPOINT needs packages that are not installed: {HOW_TO_INSTALL}")


def has_packages() -> bool:
    """Returns whether the packages of `requirements/telemetry.txt` are installed."""
    try:
        return all(find_spec(name) for name in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"))
    except ModuleNotFoundError:
        return False


def export_interval(variables: Mapping[str, str] = os.environ) -> float:
    """Returns the seconds between two exports of metrics, from the library's variable in milliseconds."""
    text = variables.get("OTEL_METRIC_EXPORT_INTERVAL", "")
    return int(text) / 1000 if text.isdecimal() and int(text) else EXPORT_EVERY


class TraceExport:
    """Sends spans to a collector. The thread that sends starts with the first span, so commands have none."""

    def __init__(self, collector: str, headers: str) -> None:
        self._collector, self._headers = collector, headers
        self._tracer: Any = None

    def take(self, ended: EndedSpan) -> None:
        """Queues a span; a thread sends it with others."""
        if ended.attributes.get(SpanAttribute.ROUTE) in _UNTRACED:
            return
        from opentelemetry.trace import SpanKind, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        if self._tracer is None:
            self._tracer = self._start()
        carrier = {"traceparent": ended.parent} if ended.parent else {}
        span = self._tracer.start_span(
            ended.name,
            TraceContextTextMapPropagator().extract(carrier),
            kind=SpanKind.SERVER if SpanAttribute.METHOD in ended.attributes else SpanKind.INTERNAL,
            attributes={str(name): value for name, value in ended.attributes.items()},
            start_time=ended.begin,
        )
        if ended.is_error:
            span.set_status(StatusCode.ERROR)
        span.end(ended.end)

    def _start(self) -> Any:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider(resource=resource())
        address = address_of(self._collector, "traces")
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(address, headers=headers_of(self._headers))))
        return provider.get_tracer(_NAME)


_INSTANCE: Final = uuid4().hex


def resource() -> Any:
    """Returns what tells this process from others: a random id, and what `OTEL_RESOURCE_ATTRIBUTES` says."""
    from opentelemetry.sdk.resources import Resource

    return Resource.create({"service.name": _NAME, "service.instance.id": _INSTANCE})


def address_of(collector: str, signal: str) -> str:
    """Returns where a collector takes a signal: `traces` or `metrics`."""
    return f"{collector.rstrip('/')}/v1/{signal}"


def headers_of(text: str) -> dict[str, str]:
    """Reads further headers, `name=value`, separated by commas."""
    from opentelemetry.util.re import parse_env_headers

    return dict(parse_env_headers(text, liberal=True))

"""OpenTelemetry, where the environment names a collector. Without one, none of its packages is imported.

The library reads its own variables, such as `OTEL_SERVICE_NAME` and `OTEL_TRACES_SAMPLER`. The collector's address and
headers are passed to it: they may hold a password, which the server has removed from the environment.
"""

from __future__ import annotations

from typing import Any

from forge.serving.configuration.environment import BadEnvironment

HOW_TO_INSTALL = "uv pip install --require-hashes -r requirements/server.txt -r requirements/telemetry.txt"


def traced(application: Any, collector: str, headers: str = "") -> Any:
    """Returns the application with its requests and sockets reported to an OTLP collector; unchanged without the
    address of a `collector`.

    Raises `BadEnvironment` if the packages are missing.
    """
    if not collector:
        return application
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.util.re import parse_env_headers
    except ImportError as missing:
        text = f"OTEL_EXPORTER_OTLP_ENDPOINT needs packages that are not installed: {HOW_TO_INSTALL}"
        raise BadEnvironment(text) from missing
    provider = TracerProvider(resource=Resource.create({"service.name": "hammer-forge"}))
    exporter = OTLPSpanExporter(f"{collector.rstrip('/')}/v1/traces", headers=parse_env_headers(headers, liberal=True))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    # A span for each message of a socket would be one for each keystroke.
    return OpenTelemetryMiddleware(
        application, tracer_provider=provider, exclude_spans=["send", "receive"], excluded_urls="healthz,readyz,metrics"
    )

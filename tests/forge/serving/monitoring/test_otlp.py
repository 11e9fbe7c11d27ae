"""OpenTelemetry is an extra: nothing of it is loaded unless a collector is named, and what is missing is reported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.test import Client

from forge.core.observability.spans import RouteNote, SpanAttribute, job_span, request_span, route_note, span_ended
from forge.core.processes.periodic import tasks
from forge.serving.configuration.environment import BadEnvironment
from forge.serving.monitoring import otlp
from forge.serving.monitoring.otlp import EXPORT_EVERY, check_packages, export_interval


def test_without_a_collector_nothing_of_it_is_loaded() -> None:
    """Runs a process of its own: other tests load a client of the Model Context Protocol, which loads its API."""
    code = "import sys, forge.asgi; print([name for name in sys.modules if name.startswith(('opentelemetry', 'mcp'))])"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.forge_settings"}
    process = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert process.stdout.split("\n")[-2] == "[]"
    assert not span_ended.functions
    assert not [name for name in tasks if name.startswith("otlp")]
    check_packages("")


def test_missing_packages_are_told_with_the_command_that_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "has_packages", lambda: False)
    with pytest.raises(BadEnvironment, match=r"requirements/telemetry\.txt"):
        check_packages("http://127.0.0.1:4318")


@pytest.mark.parametrize(("text", "seconds"), [("", EXPORT_EVERY), ("soon", EXPORT_EVERY), ("0", EXPORT_EVERY)])
def test_an_interval_that_is_none_is_the_usual_one(text: str, seconds: float) -> None:
    assert export_interval({"OTEL_METRIC_EXPORT_INTERVAL": text}) == seconds
    assert export_interval({"OTEL_METRIC_EXPORT_INTERVAL": "500"}) == 0.5


@pytest.mark.django_db
def test_a_route_is_the_pattern_and_not_the_address() -> None:
    note = RouteNote()
    token = route_note.set(note)
    try:
        Client().get("/api/v1/projects/secret-name/other-name/builds")
    finally:
        route_note.reset(token)
    assert note.pattern == "api/v1/projects/<str:organisation>/<str:name>/builds"


def test_spans_say_the_kind_the_end_and_the_time() -> None:
    note = RouteNote()
    assert request_span("GET", note, 404, 1, 2, "").name == "GET"
    note.pattern = "api/v1/me"
    span = request_span("GET", note, 500, 1, 2, "")
    assert (span.name, span.is_error, span.attributes[SpanAttribute.STATUS]) == ("GET /api/v1/me", True, 500)
    assert SpanAttribute.STATUS not in request_span("GET", note, 0, 1, 2, "").attributes
    job = job_span("evaluation", 1, 2, "JobFailed", is_error=True)
    assert dict(job.attributes) == {SpanAttribute.JOB: "evaluation", SpanAttribute.ERROR: "JobFailed"}

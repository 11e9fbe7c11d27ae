"""The registrations of this app with lower floors: the chain of the audit log, its copies, and what leaves for an
OpenTelemetry collector."""

from __future__ import annotations

import logging

from django.conf import settings

from forge.core.audit.chain import copied_through
from forge.core.observability.spans import span_ended
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.serving.audit_copies import delivery
from forge.serving.monitoring.otlp import HOW_TO_INSTALL, TraceExport, export_interval, has_packages

copied_through.register(delivery.copied_through)
register(
    PeriodicTask(
        "audit-chain", 1, RunsIn.EACH_SERVER, "chains the audit log and sends it to its copies", delivery.keep_chain
    )
)


def export_to(collector: str, headers: str, *, has_worker: bool) -> None:
    """Sends spans and figures of this process to a collector, and by one worker those of the installation."""
    # Reading all figures imports much of the program, which most commands do not need.
    from forge.serving.monitoring.otlp_metrics import MetricExport

    span_ended.register(TraceExport(collector, headers).take)
    metrics, every = MetricExport(collector, headers), export_interval()
    text = "sends the figures of this process to the collector"
    register(PeriodicTask("otlp-server", every, RunsIn.EACH_SERVER, text, metrics.send_process))
    if not has_worker:
        register(PeriodicTask("otlp-worker", every, RunsIn.EACH_WORKER, text, metrics.send_process))
    text = "sends the figures of the installation to the collector"
    register(PeriodicTask("otlp-installation", every, RunsIn.ONE_WORKER, text, metrics.send_installation))


_environment = settings.ENVIRONMENT
if _environment.collector and has_packages():
    export_to(_environment.collector, _environment.collector_headers, has_worker=settings.EMBEDDED_WORKER)
elif _environment.collector:
    # A server does not start so; a command does its work.
    logging.getLogger(__name__).error("Nothing is sent to the OpenTelemetry collector: %s", HOW_TO_INSTALL)

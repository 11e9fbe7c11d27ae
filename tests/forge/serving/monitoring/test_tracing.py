"""Traces are an extra: nothing of it is loaded unless a collector is named, and what is missing is reported."""

from __future__ import annotations

import sys

import pytest

import forge.asgi
from forge.serving.configuration.environment import BadEnvironment
from forge.serving.monitoring.tracing import traced


def test_without_a_collector_nothing_of_it_is_loaded() -> None:
    assert forge.asgi.application is not None
    assert not [name for name in sys.modules if name.split(".")[0] == "opentelemetry"]
    assert traced(forge.asgi.application, "") is forge.asgi.application


def test_missing_packages_are_told_with_the_command_that_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(BadEnvironment, match=r"requirements/telemetry\.txt"):
        traced(forge.asgi.application, "http://127.0.0.1:4318")

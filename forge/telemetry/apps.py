"""The app of telemetry."""

from importlib import import_module

from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "forge.telemetry"
    label = "telemetry"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.telemetry.registrations")

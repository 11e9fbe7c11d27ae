"""The app that answers which devices are exposed to something."""

from importlib import import_module

from django.apps import AppConfig


class ExposureConfig(AppConfig):
    name = "forge.exposure"
    label = "exposure"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.exposure.registrations")

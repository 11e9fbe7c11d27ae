"""The processes that compute on what users sent."""

from importlib import import_module

from django.apps import AppConfig


class ComputeConfig(AppConfig):
    name = "forge.compute"
    label = "compute"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.compute.registrations")

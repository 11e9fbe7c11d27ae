"""Devices of organisations, how they join, and what they run."""

from importlib import import_module

from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "forge.fleet"
    label = "fleet"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.fleet.registrations")

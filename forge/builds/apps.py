"""Builds and previews."""

from importlib import import_module

from django.apps import AppConfig


class BuildsConfig(AppConfig):
    name = "forge.builds"
    label = "builds"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.builds.registrations")

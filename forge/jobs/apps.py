"""Long work that somebody asked for."""

from importlib import import_module

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "forge.jobs"
    label = "jobs"

    def ready(self) -> None:
        # Registers the sweep.
        import_module("forge.jobs.registrations")

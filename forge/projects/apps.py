"""Projects, their files and versions."""

from importlib import import_module

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "forge.projects"
    label = "projects"

    def ready(self) -> None:
        # Registers periodic work.
        import_module("forge.projects.registrations")

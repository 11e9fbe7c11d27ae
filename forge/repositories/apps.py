"""Brings in what happens in a project's Git repository."""

from importlib import import_module

from django.apps import AppConfig


class RepositoriesConfig(AppConfig):
    name = "forge.repositories"
    label = "repositories"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.repositories.registrations")

"""Data sets of projects."""

from importlib import import_module

from django.apps import AppConfig


class DataSetsConfig(AppConfig):
    name = "forge.datasets"
    label = "datasets"

    def ready(self) -> None:
        # Registers the task that deletes samples whose time is over.
        import_module("forge.datasets.registrations")

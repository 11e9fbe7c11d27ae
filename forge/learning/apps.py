"""Conversions of models."""

from importlib import import_module

from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "forge.learning"
    label = "learning"

    def ready(self) -> None:
        # Registers the kinds of jobs.
        import_module("forge.learning.registrations")

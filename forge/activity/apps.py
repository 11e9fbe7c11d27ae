"""The activity of people, derived from events."""

from importlib import import_module

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "forge.activity"
    label = "activity"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.activity.registrations")

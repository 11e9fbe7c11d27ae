"""The app of rollouts."""

from importlib import import_module

from django.apps import AppConfig


class RolloutsConfig(AppConfig):
    name = "forge.rollouts"
    label = "rollouts"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.rollouts.registrations")

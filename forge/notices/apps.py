"""Notices for a person, derived from events."""

from importlib import import_module

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "forge.notices"
    label = "notices"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.notices.registrations")

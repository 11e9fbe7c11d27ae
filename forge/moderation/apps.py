"""Reports of what is shared with others, and taking it down."""

from importlib import import_module

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "forge.moderation"
    label = "moderation"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.moderation.registrations")

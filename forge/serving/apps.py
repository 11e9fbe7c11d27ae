"""Running the server."""

from importlib import import_module

from django.apps import AppConfig


class ServingConfig(AppConfig):
    name = "forge.serving"
    label = "serving"

    def ready(self) -> None:
        # Registers with the hooks of the floors below, and periodic work.
        import_module("forge.serving.registrations")

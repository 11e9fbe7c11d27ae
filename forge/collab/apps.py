"""Live documents and the event stream over sockets."""

from importlib import import_module

from django.apps import AppConfig


class CollabConfig(AppConfig):
    name = "forge.collab"
    label = "collab"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.collab.registrations")

"""The OCI registry, tags and publishing."""

from importlib import import_module

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "forge.registry"
    label = "registry"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.registry.registrations")

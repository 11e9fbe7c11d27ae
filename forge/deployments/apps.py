"""Serves published runes to apps, pages and devices."""

from importlib import import_module

from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    name = "forge.deployments"
    label = "deployments"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.deployments.registrations")

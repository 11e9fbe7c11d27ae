"""Sends events to addresses outside."""

from importlib import import_module

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "forge.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.webhooks.registrations")

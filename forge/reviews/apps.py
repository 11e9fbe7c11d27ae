"""Verdicts and conversations about builds."""

from importlib import import_module

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "forge.reviews"
    label = "reviews"

    def ready(self) -> None:
        # Registers with the hooks of the floors below.
        import_module("forge.reviews.registrations")
        import_module("forge.reviews.changes.pending")
        import_module("forge.reviews.gate.check")

"""Verdicts and conversations about builds."""

from importlib import import_module

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "forge.reviews"
    label = "reviews"

    def ready(self) -> None:
        # Answers the questions of the floors below.
        import_module("forge.reviews.answers")

"""Running the server."""

from django.apps import AppConfig


class ServingConfig(AppConfig):
    name = "forge.serving"
    label = "serving"

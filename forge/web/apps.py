"""Pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "forge.web"
    label = "web"

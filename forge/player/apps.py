"""The app on a phone: how it is let in, what it may run, and how its results reach its person's studio."""

from importlib import import_module

from django.apps import AppConfig


class PlayerConfig(AppConfig):
    name = "forge.player"
    label = "player"

    def ready(self) -> None:
        # Registers periodic work.
        import_module("forge.player.registrations")

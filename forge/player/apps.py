"""The app on a phone: access, the runes it may run, and pairing with the person's studio."""

from importlib import import_module

from django.apps import AppConfig


class PlayerConfig(AppConfig):
    name = "forge.player"
    label = "player"

    def ready(self) -> None:
        # Registers periodic work.
        import_module("forge.player.registrations")

"""The app on a phone: access, the runes it may run, and pairing with the person's studio."""

from django.apps import AppConfig


class PlayerConfig(AppConfig):
    name = "forge.player"
    label = "player"

"""People, organisations, roles and tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "forge.accounts"
    label = "accounts"

"""People, organisations, roles and tokens."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "forge.accounts"
    label = "accounts"

    def ready(self) -> None:
        # The schema's extensions and the receivers register themselves when they are imported.
        import_module("forge.accounts.sign_in.schema")
        import_module("forge.accounts.sign_in.session_signals")
        import_module("forge.accounts.sign_in.receivers")
        import_module("forge.accounts.registrations")
        import_module("forge.accounts.audit.actions.refusals")

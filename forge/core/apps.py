"""The floor under all apps."""

from importlib import import_module

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from forge.core.database.nul import refuse_nul_on
from forge.core.events.discovery import import_declarations


class CoreConfig(AppConfig):
    name = "forge.core"
    label = "core"

    def ready(self) -> None:
        connection_created.connect(refuse_nul_on)
        # Tasks must know which Celery they belong to before the first of them is called.
        import_module("forge.celery")
        # Registers periodic work.
        import_module("forge.core.registrations")
        # Events, audit sentences and grants of all apps.
        import_declarations()

"""`manage.py migrate`: Django's, which makes the tables of an empty database at once."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from forge.serving.tables_at_once import make_tables_at_once

_STEPS = ("app_label", "fake", "fake_initial", "plan", "check_unapplied", "prune")
"""Options of who wants the migrations themselves, or only some of them."""


class Command(migrate.Command):
    """Migrates the database."""

    def handle(self, *args: Any, **options: Any) -> None:
        wants_all = not any(options[name] for name in _STEPS)
        if wants_all and make_tables_at_once(connections[options["database"]]) and options["verbosity"]:
            self.stdout.write("Made the tables of an empty database.")
        super().handle(*args, **options)

"""`manage.py link [email]`: prints a link that signs one person in, once, within 15 minutes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.accounts.actions import make_sign_in_link
from forge.accounts.errors import BadAccount
from forge.serving.start.database import DatabaseUnusable, migrate_if_needed
from forge.serving.start.served_address import served_address


class Command(BaseCommand):
    """Prints a sign-in link."""

    help = "Prints a link that signs in the first person, or the person of an email address; used once, 15 minutes."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", default="", help="whose link; without it, the first person's")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            migrate_if_needed()
            self.stdout.write(make_sign_in_link(options["email"], served_address()))
        except BadAccount as error:
            raise CommandError(error.detail) from error
        except DatabaseUnusable as error:
            raise CommandError(str(error)) from error

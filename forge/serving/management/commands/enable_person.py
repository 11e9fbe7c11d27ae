"""`manage.py enable_person ADDRESS`: a disabled person may sign in again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.accounts.actions import enable_person
from forge.accounts.errors import NoSuchPerson


class Command(BaseCommand):
    """Enables a person."""

    help = "Lets a disabled person sign in again. Their former sessions and tokens stay ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = enable_person(options["email"])
        except NoSuchPerson as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"{person} <{person.email}> may sign in again.")

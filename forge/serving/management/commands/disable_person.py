"""`manage.py disable_person ADDRESS`: nobody signs in with this account any more; what is open ends at once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.accounts.access import organisations_left_alone
from forge.accounts.actions import disable_person
from forge.accounts.errors import NoSuchPerson


class Command(BaseCommand):
    """Disables a person."""

    help = "Ends a person's sessions, sockets, tokens and invitations, and blocks sign-in. Their work stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = disable_person(options["email"])
        except NoSuchPerson as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"{person} <{person.email}> is disabled. To undo it: manage.py enable_person {person.email}")
        for organisation in organisations_left_alone(person):
            self.stdout.write(
                f"{organisation.name} has no other owner who can sign in. To give it one, enable the person, let them "
                "make somebody else an owner, and disable them again."
            )

"""`manage.py moderator ADDRESS`: lets a person decide about reports of public pages; `--remove` takes that back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.accounts.models import User
from forge.moderation.actions import end_moderator, make_moderator


class Command(BaseCommand):
    """Makes a moderator, or ends one."""

    help = "Lets a person decide about reports: they see all of them, and take public pages down or put them back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that they sign in with")
        parser.add_argument("--remove", action="store_true", help="takes it back")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email=options["email"].strip().lower()).first()
        if person is None:
            raise CommandError(f"No account has the address {options['email']}.")
        if options["remove"]:
            was = end_moderator(person)
            self.stdout.write(
                f"{person} no longer decides about reports." if was else f"{person} did not before either."
            )
            return
        is_new = make_moderator(person)
        self.stdout.write(f"{person} decides about reports, at /admin/reports{'' if is_new else ', as before'}.")

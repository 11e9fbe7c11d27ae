"""`manage.py organisation NAME EMAIL`: makes an organisation for a person, also where people may not."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.accounts.actions import create_organisation_for
from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.core.errors import DomainError


class Command(BaseCommand):
    """Makes an organisation."""

    help = "Makes an organisation, whose owner is the person of an email address."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="its name, the first part of its addresses")
        parser.add_argument("email", help="the address of its owner, who has signed in once")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(email=options["email"].lower()).first()
        if owner is None:
            raise CommandError(f"No account has the address {options['email']}. Let them sign in: make link EMAIL=…")
        try:
            organisation = create_organisation_for(INSTALLATION, owner, options["name"])
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"{organisation.name} is made; {owner} owns it.")

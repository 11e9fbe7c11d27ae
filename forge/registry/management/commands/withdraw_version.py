"""Withdraws a published version for the operator, who need not wait for the project's people when a secret leaked."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forge.accounts.principals import INSTALLATION
from forge.core.errors import DomainError
from forge.projects.models import Project
from forge.registry.tags.withdrawing.actions import withdraw_for_operator


class Command(BaseCommand):
    help = "Withdraws a published version: acme/kitchen:1.0. Its bytes stay for who names their digest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", help="ORGANISATION/PROJECT:TAG")
        parser.add_argument("reason", help="why, for everyone who used it")

    def handle(self, *args: Any, **options: Any) -> None:
        address, _, tag = options["version"].partition(":")
        organisation, _, name = address.partition("/")
        projects = Project.objects.alive().select_related("organisation")
        project = projects.filter(organisation__name=organisation, name=name).first()
        if project is None:
            raise CommandError(f"There is no project {address}.")
        try:
            withdrawn_tag = withdraw_for_operator(INSTALLATION, project, tag, options["reason"])
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"{address}:{withdrawn_tag.name} was withdrawn.")

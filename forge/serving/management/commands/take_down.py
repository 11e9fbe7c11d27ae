"""`manage.py take_down ORGANISATION/PROJECT REASON`: closes what a project shares; `--restore` opens it again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.accounts.principals import INSTALLATION
from forge.core.errors import DomainError
from forge.projects.actions import put_back, take_down
from forge.projects.models import Project


class Command(BaseCommand):
    """Takes a project's public page down, or puts it back."""

    help = "Closes what a project shares to everybody but its own people, who keep their work and read the reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="ORGANISATION/PROJECT")
        parser.add_argument("reason", nargs="?", default="", help="why, for its people")
        parser.add_argument("--restore", action="store_true", help="opens it again")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation, _, name = options["project"].partition("/")
        projects = Project.objects.alive().select_related("organisation")
        project = projects.filter(organisation__name=organisation, name=name).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']}.")
        try:
            if options["restore"]:
                put_back(INSTALLATION, project)
            else:
                take_down(INSTALLATION, project, options["reason"])
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(
            f"{project.full_name} is shared again."
            if options["restore"]
            else f"What {project.full_name} shared is taken down. To undo it: manage.py take_down --restore "
            f"{project.full_name}"
        )

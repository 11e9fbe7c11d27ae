"""`manage.py backup FOLDER`: writes all that an installation has into a folder. The server may run meanwhile."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.serving.backup.create_backup import create_backup
from forge.serving.backup.database_copy import BackupError
from forge.serving.start.database import is_up_to_date
from rune.wording import counted

MAX_NAMED = 10
"""Unreadable files that are named."""


class Command(BaseCommand):
    """Takes a backup."""

    help = "Writes the database, the stored files and the keys into a folder. The server may run meanwhile."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where to write; a backup that is there is brought up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        if not is_up_to_date():
            raise CommandError(
                "The database is of another version. Start the server once: it brings the database up to date."
            )
        try:
            backup = create_backup(options["folder"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{options['folder']}: the database and {counted(backup.files, 'file')}, {backup.new_files} of them new."
        )
        if backup.unreadable:
            unreadable_digests = "\n".join(backup.unreadable[:MAX_NAMED])
            raise CommandError(
                f"The backup was written without {counted(len(backup.unreadable), 'file')} of the store, missing or "
                f"damaged there. An older backup may have them:\n{unreadable_digests}"
            )

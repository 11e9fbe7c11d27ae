"""`manage.py backup FILE`: writes all that an installation has into one file. The server may run meanwhile."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.serving.backup.create_backup import create_backup
from forge.serving.backup.errors import BackupError
from forge.serving.backup.sealing import new_identity
from forge.serving.start.database import is_up_to_date
from rune.wording import counted, size_text

MAX_NAMED = 10
"""Unreadable files that are named."""


class Command(BaseCommand):
    """Takes a backup."""

    help = "Writes the database, the stored files and the keys into one file. The server may run meanwhile."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to write; a file that is there is replaced at the end")
        parser.add_argument(
            "--recipient",
            action="append",
            default=[],
            metavar="KEY",
            help="encrypt it for this public key (age1... or ssh-ed25519 AAAA...); may be given several times",
        )
        parser.add_argument(
            "--new-key", type=Path, metavar="KEYFILE", help="encrypt it for a new key, which is written to this file"
        )
        parser.add_argument("--without-files", action="store_true", help="leave out the stored files")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        if not is_up_to_date():
            raise CommandError(
                "The database is of another version. Start the server once: it brings the database up to date."
            )
        try:
            recipients = [*options["recipient"], *self._new_key(options["new_key"])]
            backup = create_backup(options["file"], recipients, with_files=not options["without_files"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{options['file']}: {counted(backup.rows, 'row')} of {counted(backup.tables, 'table')} and "
            f"{counted(backup.files, 'file')}, {size_text(backup.size)}."
        )
        if backup.unreadable:
            unreadable_digests = "\n".join(backup.unreadable[:MAX_NAMED])
            raise CommandError(
                f"The backup was written without {counted(len(backup.unreadable), 'file')} of the store, missing or "
                f"damaged there. An older backup may have them:\n{unreadable_digests}"
            )

    def _new_key(self, path: Path | None) -> list[str]:
        if path is None:
            return []
        try:
            recipient = new_identity(path)
        except OSError as error:
            raise CommandError(f"The key could not be written to {path}: {error.strerror}.") from error
        self.stdout.write(
            f"{path} is the private key that reads this backup: move it to another machine, and keep it.\n"
            f"For the next backups: --recipient {recipient}"
        )
        return [recipient]

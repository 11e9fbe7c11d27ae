"""`manage.py restore FOLDER`: makes an empty installation what a backup holds."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forge.core.processes.data_lock import DataInUse, Use, data_folder
from forge.datasets.removals.deletion_list import FILE
from forge.serving.backup.database_copy import BackupError
from forge.serving.backup.restore import restore_backup
from rune.wording import counted

MAX_NAMED = 10
"""Missing files that are named."""


class Command(BaseCommand):
    """Restores a backup."""

    help = "Restores a backup into an empty installation."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the backup")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        try:
            with data_folder(settings.DATA_DIR, Use.ALONE):
                result = restore_backup(options["folder"])
        except DataInUse as error:
            raise CommandError(f"{error} Stop it first.") from error
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored the state of {result.created:%Y-%m-%d %H:%M} UTC, with {counted(result.files, 'file')}. "
            "Start the server to continue."
        )
        if result.deleted_again is None:
            self.stdout.write(
                f"This data folder has no {FILE}: recordings that were deleted or withdrawn after the backup was taken "
                "are there again. Where the list exists, in the data folder of before, copy it here and restore anew."
            )
        elif result.deleted_again:
            self.stdout.write(
                f"{counted(result.deleted_again, 'recording')} of the backup, deleted or withdrawn after it was taken, "
                "were deleted again."
            )
        if result.other_key:
            self.stdout.write(
                "SECRET_KEY of this environment is not the backup's: everyone has to sign in again, and to set their "
                f"second factor up anew. To prevent that, set it to the contents of {settings.DATA_DIR / 'secret-key'}."
            )
        if result.missing:
            missing_digests = "\n".join(result.missing[:MAX_NAMED])
            raise CommandError(
                f"{counted(len(result.missing), 'file')} that the database needs are neither in the backup nor in the "
                f"store:\n{missing_digests}"
            )

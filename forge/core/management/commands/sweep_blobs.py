"""`manage.py sweep_blobs`: removes stored bytes that nothing needs, as the server does by itself every ten minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from forge.core.blobs.sweep import adopt_strays, sweep_blobs
from rune.wording import size_text


class Command(BaseCommand):
    """Looks through the whole store as well, for bytes that a crash left without a row."""

    help = "Removes stored bytes that nothing has needed for an hour. The server may run meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        adopt_strays()
        result = sweep_blobs()
        self.stdout.write(f"{result.blobs} blobs were removed, {size_text(result.size)}.")

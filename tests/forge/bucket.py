"""A store that is no folder, as an S3 bucket is none: it is in memory, and what is saved again is overwritten."""

from __future__ import annotations

from django.core.files.storage import InMemoryStorage


class Bucket(InMemoryStorage):
    """A bucket like `storages.backends.s3.S3Storage` with `file_overwrite`."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name


BUCKET = {"BACKEND": f"{__name__}.Bucket"}
"""An entry of Django's STORAGES."""

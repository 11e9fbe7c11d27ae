"""Archives of labelled recordings, and deleting samples, for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from uuid import UUID

from forge.core.actors import Actor
from forge.datasets.recordings.access import find_deletable
from forge.datasets.removals.actions import delete_sample


def zipped(contents: Mapping[str, bytes]) -> bytes:
    """A .zip with these files."""
    return _written(contents, zipfile.ZIP_DEFLATED)


def packed(contents: Mapping[str, bytes]) -> bytes:
    """The same, with their bytes as they are."""
    return _written(contents, zipfile.ZIP_STORED)


def _written(contents: Mapping[str, bytes], compression: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for path, data in contents.items():
            archive.writestr(path, data)
    return buffer.getvalue()


def withdraw_sample(person: Actor, sample_id: UUID | str) -> None:
    """Deletes a sample as its person or a maintainer does."""
    delete_sample(person, find_deletable(person, UUID(str(sample_id))))

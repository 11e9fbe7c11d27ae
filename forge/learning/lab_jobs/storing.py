"""Stores the files that a process of `lab` gave, and links them with the row that they are of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TypeVar

from django.db import transaction

from forge.core.blobs.store import put_chunks
from forge.core.models import Blob
from forge.jobs.kinds import JobContext, JobFailed
from forge.learning.lab_jobs.models import LabJob
from forge.projects.files.storage import delete_on_failure

J = TypeVar("J", bound=LabJob)
CHUNK = 1 << 20


@contextmanager
def stored_under_lease(job: JobContext, blobs: Collection[Blob]) -> Iterator[None]:
    """A transaction that links what was stored just now. Raises `LeaseLost`; where it fails, the bytes go at once."""
    with delete_on_failure([blob.digest for blob in blobs]), transaction.atomic():
        job.confirm_lease()
        yield


def lock_in_job(row: J) -> J:
    """Locks the row, and returns it as it is now. Raises `JobFailed` where it was deleted meanwhile."""
    locked_row = type(row).objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if locked_row is None:
        raise JobFailed(row.DELETED)
    return locked_row


def store_files(folder: Path, names: Mapping[str, str], process: str, largest: int) -> Mapping[str, Blob]:
    """Stores files of a folder; `names` has the name of each by its path in the project. Raises what `store_file`
    raises."""
    return {path: store_file(folder / PurePosixPath(name).name, process, largest) for path, name in names.items()}


def store_file(path: Path, process: str, largest: int) -> Blob:
    """Stores a file that a process wrote, of at most so many bytes. Raises `JobFailed` if it is missing."""
    if not path.is_file() or path.is_symlink():
        raise JobFailed(f"The {process} gave no file.")
    with path.open("rb") as file:
        return put_chunks(iter(lambda: file.read(CHUNK), b""), largest)

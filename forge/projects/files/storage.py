"""Storing what people bring into a project: it counts for the organisation, and what is refused is not left behind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from django.db.models import Model

from forge.accounts.quotas.limits import require_fits
from forge.core.blobs.links import link_blobs
from forge.core.blobs.sweep import delete_if_unlinked
from forge.projects.models import Project


def link_uploaded(owner: Model, digests: Iterable[str], project: Project) -> None:
    """Links blobs that a person brought, in the transaction that needs them. Raises `StorageQuotaReached`."""
    if link_blobs(owner, digests, project.organisation_id):
        require_fits(project.organisation_id)


@contextmanager
def delete_on_failure(digests: Collection[str]) -> Iterator[None]:
    """Around the transaction that links what was stored just now: where it fails, the bytes go at once.

    Else a client that is refused again and again would fill the disk until the sweep comes.
    """
    try:
        yield
    except BaseException:
        delete_if_unlinked(digests)
        raise

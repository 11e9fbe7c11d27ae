"""Storing several manifests at once, in as few statements as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.registry.models import Manifest, Repository


def store_manifests(repository: Repository, descriptions: Mapping[str, Mapping[str, Any]]) -> dict[str, Manifest]:
    """Adds manifests that the server publishes to a repository by their digests, or updates those that it has; returns
    them as stored.

    Each has the same fields, is not in the trash afterwards, and is never deleted. The caller has stored the bytes,
    links them in the same transaction, and may change the project.
    """
    if not descriptions:
        return {}
    rows = [
        Manifest(repository=repository, blob_id=digest, trashed=None, fixed=True, **values)
        for digest, values in descriptions.items()
    ]
    Manifest.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["repository", "blob"],
        update_fields=["trashed", "fixed", *next(iter(descriptions.values()))],
    )
    return {row.blob_id: row for row in Manifest.objects.filter(repository=repository, blob__in=descriptions)}

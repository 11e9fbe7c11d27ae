"""Ending imports: their bytes are deleted, and what they were is kept for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from forge.core.blobs.links import links_of_all
from forge.core.blobs.sweep import delete_if_unlinked
from forge.datasets.models.imports import DataImport, ImportState

BYTES_FOR = timedelta(days=7)
"""How long an archive is kept that nobody goes on with."""
REPORTS_FOR = timedelta(days=30)
"""How long an import is kept. Its report has names of files."""
ENDS = (ImportState.DONE, ImportState.FAILED)


def stop_imports(imports: QuerySet[DataImport], reason: str) -> list[str]:
    """Stops those of the imports that have not ended, in the caller's transaction.

    Returns the digests of their bytes, for `delete_if_unlinked` after the transaction.
    """
    # All are chosen before one of them changes: `imports` may be those that did not change for long.
    rows = list(imports.exclude(pieces=[], state__in=ENDS).select_for_update().values_list("pk", "pieces"))
    stopped_imports = DataImport.objects.filter(pk__in=[pk for pk, _ in rows])
    stopped_imports.exclude(state__in=ENDS).update(state=ImportState.FAILED, error=reason, changed=timezone.now())
    imports_with_pieces = DataImport.objects.filter(pk__in=[pk for pk, pieces in rows if pieces])
    links_of_all(imports_with_pieces).delete()
    imports_with_pieces.update(pieces=[], changed=timezone.now())
    return sorted({digest for _, pieces in rows for digest in pieces})


def stop_old_imports(now: datetime | None = None) -> None:
    """Deletes the bytes of archives that nobody went on with, and the reports of old imports."""
    now = now or timezone.now()
    old = DataImport.objects.filter(changed__lt=now - BYTES_FOR)
    with transaction.atomic():
        digests = stop_imports(old, "This import was not continued, so its bytes were deleted.")
    delete_if_unlinked(digests)
    DataImport.objects.filter(changed__lt=now - REPORTS_FOR, pieces=[], state__in=ENDS).delete()

"""A room's reads and writes: the stored document, updates that others wrote, and merging old updates into one state."""

from __future__ import annotations

from uuid import UUID

from forge.projects.documents import load_document
from forge.projects.models import DocumentState, DocumentUpdate


def load_stored(project_id: UUID) -> tuple[bytes, int, int]:
    """The document as one update, the number of its last update, and how many updates lie beside its stored state."""
    loaded = load_document(project_id)
    return loaded.doc.get_update(), loaded.sequence, DocumentUpdate.objects.filter(project_id=project_id).count()


def load_between(project_id: UUID, after: int, up_to: int) -> list[tuple[int, bytes]]:
    """Stored updates with numbers above `after` and not above `up_to`, in order."""
    rows = DocumentUpdate.objects.filter(project_id=project_id, sequence__gt=after, sequence__lte=up_to)
    return [(sequence, bytes(update)) for sequence, update in rows.values_list("sequence", "update")]


def compact(project_id: UUID, state: bytes, sequence: int) -> None:
    """Stores the document as it was after the update `sequence`, and drops the updates that are in it.

    Numbers go on as before. Called within a transaction. A state that is newer already stays.
    """
    stored = DocumentState.objects.filter(project_id=project_id).values_list("sequence", flat=True).first()
    if stored is None or stored < sequence:
        DocumentState.objects.update_or_create(project_id=project_id, defaults={"sequence": sequence, "state": state})
    DocumentUpdate.objects.filter(project_id=project_id, sequence__lte=sequence).delete()

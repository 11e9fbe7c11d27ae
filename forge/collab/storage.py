"""A room's reads and writes: the stored document, updates that others wrote, and merging old updates into one state."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from forge.collab.updates import BadUpdate, shared_types_in
from forge.projects.documents import load_document
from forge.projects.models import DocumentState, DocumentUpdate


@dataclass(frozen=True)
class StoredDocument:
    """A document as one update, and the number of its last one.

    `updates` lie beside its stored state; `types` are the shared types that the state and they make, also those that
    wait for an update that never came and are in no document yet.
    """

    update: bytes
    sequence: int
    updates: int
    types: int


def load_stored(project_id: UUID) -> StoredDocument:
    """A project's document as it is stored."""
    loaded = load_document(project_id)
    state = DocumentState.objects.filter(project_id=project_id).values_list("state", flat=True).first()
    rows = list(DocumentUpdate.objects.filter(project_id=project_id).values_list("update", flat=True))
    types = sum(types_made_by(bytes(stored)) for stored in [*rows, *([] if state is None else [state])])
    return StoredDocument(loaded.doc.get_update(), loaded.sequence, len(rows), types)


def types_made_by(stored: bytes) -> int:
    """The shared types that a stored update makes; one that cannot be read must not keep its project from opening."""
    try:
        return shared_types_in(stored)
    except BadUpdate:
        return 0


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

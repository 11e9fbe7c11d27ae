"""A room's reads: the stored document, and updates that others wrote. How updates are stored is in `forge.projects`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from forge.collab.protocol.updates import BadUpdate, read_update
from forge.projects.files.document_store import read_document
from forge.projects.models import DocumentClient, DocumentUpdate


@dataclass(frozen=True)
class StoredDocument:
    """A document as one update, and the number of its last one.

    `updates` lie beside its stored state; `types` are the shared types that the state and they make. `clients` are
    the Yjs clients whose person is known, with that person's name; "" for an account that is gone.
    """

    update: bytes
    sequence: int
    updates: int
    types: int
    clients: Mapping[int, str] = field(default_factory=dict)


def load_stored(project_id: UUID) -> StoredDocument:
    """A project's document as it is stored."""
    read = read_document(project_id)
    doc = read.document()
    clients = DocumentClient.objects.filter(project_id=project_id).select_related("person")
    names = {each.client: str(each.person or "") for each in clients}
    stored_updates = [update for _, update in read.updates] + ([read.state] if read.state else [])
    return StoredDocument(
        doc.get_update(), read.sequence, len(read.updates), sum(map(count_types, stored_updates)), names
    )


def count_types(update: bytes) -> int:
    """The shared types that a stored update makes; one that cannot be read must not keep its project from opening."""
    try:
        return read_update(update).types
    except BadUpdate:
        return 0


def load_after(project_id: UUID, sequence: int) -> list[tuple[int, bytes]] | None:
    """Stored updates with numbers above `sequence`, in order and without a gap.

    None when some of them are no longer there one by one, since they were merged into the state.
    """
    rows = DocumentUpdate.objects.filter(project_id=project_id, sequence__gt=sequence).order_by("sequence")
    updates = [(number, bytes(update)) for number, update in rows.values_list("sequence", "update")]
    return updates if _is_whole(sequence, (number for number, _ in updates)) else None


def _is_whole(after: int, numbers: Iterable[int]) -> bool:
    return all(number == expected for expected, number in enumerate(numbers, start=after + 1))

"""Storing live documents: loading one, appending updates in order, and editing one as a single update.

The sockets are elsewhere; they append what people type, and hear by `hooks.document_changed` of what the API wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from pycrdt import Doc

from forge.accounts.models import User
from forge.core.errors import NotFound
from forge.projects.hooks import document_changed
from forge.projects.models import DocumentClient, DocumentState, DocumentUpdate, Project

UPDATES_BEFORE_STATE = 200
"""Updates that a load may replay before it stores the whole document, so that the next one reads few."""


@dataclass(frozen=True)
class LoadedDocument:
    """A document and the number of the last update in it. It belongs to the thread that loaded it."""

    doc: Doc[Any]
    sequence: int


@dataclass(frozen=True)
class ReadDocument:
    """What is stored of a document: a state, and the updates that came after it, in order and without a gap."""

    state: bytes
    state_sequence: int
    updates: tuple[tuple[int, bytes], ...]

    @property
    def sequence(self) -> int:
        return self.updates[-1][0] if self.updates else self.state_sequence

    def document(self) -> Doc[Any]:
        """The document, made anew."""
        doc: Doc[Any] = Doc()
        if self.state:
            doc.apply_update(self.state)
        for _, update in self.updates:
            doc.apply_update(update)
        return doc


def read_document(project_id: UUID) -> ReadDocument:
    """What is stored of a project's document.

    The updates are read before the state: whatever is merged in between is in both, and never in neither.
    """
    rows = DocumentUpdate.objects.filter(project_id=project_id).order_by("sequence").values_list("sequence", "update")
    updates = [(sequence, bytes(update)) for sequence, update in rows]
    state = DocumentState.objects.filter(project_id=project_id).first()
    merged = state.sequence if state else 0
    return ReadDocument(
        bytes(state.state) if state else b"", merged, tuple(entry for entry in updates if entry[0] > merged)
    )


def load_document(project_id: UUID) -> LoadedDocument:
    """A project's document as it is now."""
    read = read_document(project_id)
    doc = read.document()
    if len(read.updates) >= UPDATES_BEFORE_STATE:
        merge_updates(project_id, doc.get_update(), read.sequence)
    return LoadedDocument(doc, read.sequence)


@transaction.atomic
def merge_updates(project_id: UUID, state: bytes, sequence: int) -> None:
    """Stores the document as it was after the update `sequence`, and drops the updates that are in it.

    Numbers go on as before. A state that is newer already stays. The project's row is locked, as by all who write to
    its document: of two that merge at once, the one with less must not win.
    """
    Project.objects.select_for_update().only("pk").filter(pk=project_id).first()
    stored = DocumentState.objects.filter(project_id=project_id).values_list("sequence", flat=True).first()
    if stored is None or stored < sequence:
        DocumentState.objects.update_or_create(project_id=project_id, defaults={"sequence": sequence, "state": state})
    DocumentUpdate.objects.filter(project_id=project_id, sequence__lte=sequence).delete()


def note_clients(project_id: UUID, people: Mapping[int, UUID]) -> None:
    """Remembers which person stands behind a Yjs client; who was first stays. This is how one sees who wrote a line."""
    DocumentClient.objects.bulk_create(
        [DocumentClient(project_id=project_id, client=client, person_id=person) for client, person in people.items()],
        ignore_conflicts=True,
    )


def append_update(project_id: UUID, update: bytes, author_id: UUID | None = None, origin: str = "") -> int:
    """Appends one update and gives its number. Raises `NotFound` for a project that is deleted or gone."""
    return append_updates(project_id, [(update, author_id)], origin)


def append_updates(project_id: UUID, updates: Sequence[tuple[bytes, UUID | None]], origin: str = "") -> int:
    """Appends updates, each with its author, in one transaction, and gives the last one's number.

    After commit `document_changed` is sent, with the last of them. Raises `NotFound` for a project that is deleted or
    gone.
    """
    (last,) = append_batches([Batch(project_id, updates)], origin)
    if last is None:
        raise NotFound("This project was deleted.")
    return last


@dataclass(frozen=True)
class Batch:
    """Updates of one document with their authors, and the people behind Yjs clients that are new in it."""

    project_id: UUID
    updates: Sequence[tuple[bytes, UUID | None]]
    clients: Mapping[int, UUID] = field(default_factory=dict)


@transaction.atomic
def append_batches(batches: Sequence[Batch], origin: str = "") -> list[int | None]:
    """Appends updates of several documents in one transaction; the numbers of each one's last, None where it is gone.

    The numbers are taken by an update of the project's row, whose lock lasts to the end of the transaction. Rows are
    locked in one order, so that two processes that write at once do not wait for each other in a circle. This is what
    every keystroke goes through, so it is written in SQL: two statements a document and one for all updates.
    """
    now = _prepared(Project, "changed", timezone.now())
    last: dict[int, int] = {}
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for index in sorted(range(len(batches)), key=lambda index: batches[index].project_id):
            batch = batches[index]
            project = _prepared(Project, "id", batch.project_id)
            cursor.execute(_TAKE_NUMBERS, [len(batch.updates), now, project])
            found = cursor.fetchone()
            if found is None:
                continue
            last[index] = found[0]
            first = found[0] - len(batch.updates) + 1
            for sequence, (update, author) in enumerate(batch.updates, start=first):
                person = None if author is None else _prepared(User, "id", author)
                rows.append((project, sequence, _prepared(DocumentUpdate, "update", update), now, person))
        if rows:
            cursor.executemany(_APPEND, rows)
    for index, sequence in last.items():
        batch = batches[index]
        if batch.clients:
            note_clients(batch.project_id, batch.clients)
        _announce_after_commit(batch.project_id, sequence, *batch.updates[-1], origin)
    return [last.get(index) for index in range(len(batches))]


_TAKE_NUMBERS = (
    "UPDATE projects_project SET sequence = sequence + %s, changed = %s WHERE id = %s AND deleted_at IS NULL "
    "RETURNING sequence"
)
_APPEND = (
    'INSERT INTO projects_documentupdate (project_id, sequence, "update", created, author_id) '
    "VALUES (%s, %s, %s, %s, %s)"
)


def _prepared(model: type[Model], name: str, value: object) -> Any:
    """A value as the database takes it for a column."""
    return model._meta.get_field(name).get_db_prep_save(value, connection)  # type: ignore[union-attr]


def _announce_after_commit(project_id: UUID, sequence: int, update: bytes, author_id: UUID | None, origin: str) -> None:
    def announce() -> None:
        document_changed.send_robust(
            sender=Project,
            project_id=project_id,
            sequence=sequence,
            update=update,
            author_id=author_id,
            origin=origin,
        )

    transaction.on_commit(announce, robust=True)


@contextmanager
def editing(project: Project, author_id: UUID | None) -> Iterator[Doc[Any]]:
    """A project's document to be edited; what was changed inside becomes one update, with origin "api".

    The project's row is locked first, so two of these never see the same document.
    """
    with transaction.atomic():
        Project.objects.select_for_update().only("pk").get(pk=project.pk)
        doc = load_document(project.pk).doc
        before = doc.get_state()
        untouched = doc.get_update(before)
        with doc.transaction():
            yield doc
        update = doc.get_update(before)
        if update != untouched:
            if author_id is not None:
                note_clients(project.pk, {doc.client_id: author_id})
            append_update(project.pk, update, author_id, origin="api")


def document_sequences(project_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The numbers of the last updates of documents."""
    return dict(Project.objects.filter(pk__in=tuple(project_ids)).values_list("pk", "sequence"))

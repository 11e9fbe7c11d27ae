"""Storing live documents: loading one, appending updates in order, and editing one as a single update.

The sockets are elsewhere; they append what people type, and hear by `hooks.document_changed` of what the API wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from pycrdt import Doc

from forge.core.errors import NotFound
from forge.projects.files.writers import record_merged_authors
from forge.projects.hooks import document_changed
from forge.projects.models import DocumentClient, DocumentState, DocumentUpdate, Project

ROWS = 1000
"""Updates of one statement; SQLite takes 32,766 values."""
UPDATES_BEFORE_STATE = 200
"""Updates that a load may replay before it stores the whole document, so that the next one reads few."""


@dataclass(frozen=True)
class LoadedDocument:
    """A document and the number of the last update in it. It belongs to the thread that loaded it."""

    doc: Doc[Any]
    sequence: int


@dataclass(frozen=True)
class ReadDocument:
    """A stored document: a state, and the later updates, in order and without a gap."""

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
    """Stores a project's document.

    The updates are read before the state: whatever is merged in between is in both, and never in neither.
    """
    return read_documents([project_id])[project_id]


def read_documents(project_ids: Collection[UUID]) -> dict[UUID, ReadDocument]:
    """Returns the documents of projects as `read_document` does, in as few queries as for one."""
    rows = DocumentUpdate.objects.filter(project_id__in=project_ids).order_by("sequence")
    updates: dict[UUID, list[tuple[int, bytes]]] = {each: [] for each in project_ids}
    for project_id, sequence, update in rows.values_list("project_id", "sequence", "update"):
        updates[project_id].append((sequence, bytes(update)))
    states = {each.project_id: each for each in DocumentState.objects.filter(project_id__in=project_ids)}
    return {each: _joined(states.get(each), updates[each]) for each in project_ids}


def _joined(state: DocumentState | None, updates: Sequence[tuple[int, bytes]]) -> ReadDocument:
    merged_sequence = state.sequence if state else 0
    later = tuple(entry for entry in updates if entry[0] > merged_sequence)
    return ReadDocument(bytes(state.state) if state else b"", merged_sequence, later)


def load_document(project_id: UUID) -> LoadedDocument:
    """A project's document as it is now."""
    read = read_document(project_id)
    doc = read.document()
    if len(read.updates) >= UPDATES_BEFORE_STATE:
        merge_updates(project_id, doc.get_update(), read.sequence)
    return LoadedDocument(doc, read.sequence)


@transaction.atomic
def merge_updates(project_id: UUID, state: bytes, sequence: int) -> None:
    """Stores the document as it was after the update `sequence`, and drops the updates that are in it; their authors
    are remembered.

    Numbers go on as before. A state that is newer already stays. The project's row is locked, as by all who write to
    its document: of two that merge at once, the one with less must not win.
    """
    Project.objects.lock(project_id)
    stored_sequence = DocumentState.objects.filter(project_id=project_id).values_list("sequence", flat=True).first()
    if stored_sequence is None or stored_sequence < sequence:
        DocumentState.objects.update_or_create(project_id=project_id, defaults={"sequence": sequence, "state": state})
    record_merged_authors(project_id, sequence)
    DocumentUpdate.objects.filter(project_id=project_id, sequence__lte=sequence).delete()


@transaction.atomic
def delete_document(project_id: UUID) -> None:
    """Deletes all of a document that nobody edits any more, such as that of a draft that has ended."""
    Project.objects.lock(project_id)
    DocumentUpdate.objects.filter(project_id=project_id).delete()
    DocumentState.objects.filter(project_id=project_id).delete()


def note_clients(project_id: UUID, people: Mapping[int, UUID]) -> None:
    """Remembers which person stands behind a Yjs client; who was first stays. This is how one sees who wrote a line."""
    if not people:
        return
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
    with transaction.atomic():
        batches = [Batch(project_id, updates)]
        (last,) = last_numbers = append_batches(batches)
        if last is None:
            raise NotFound("This project was deleted.")
        transaction.on_commit(lambda: announce(batches, last_numbers, origin), robust=True)
    return last


@dataclass(frozen=True)
class Batch:
    """Updates of one document with their authors, and the people behind Yjs clients that are new in it."""

    project_id: UUID
    updates: Sequence[tuple[bytes, UUID | None]]
    clients: Mapping[int, UUID] = field(default_factory=dict)


def append_batches(batches: Sequence[Batch]) -> list[int | None]:
    """Stores updates of several documents in one transaction; the numbers of each one's last, None where it is gone.

    The caller tells of them by `announce` once they are committed. The numbers are taken by an update of the project's
    row, whose lock lasts to the end of the transaction. This is what every keystroke goes through, so it is one
    statement of SQL, which is a transaction of its own, unless there is more to write.
    """
    updates_by_project: dict[UUID, list[tuple[bytes, UUID | None]]] = {}
    for batch in batches:
        updates_by_project.setdefault(batch.project_id, []).extend(batch.updates)
    # In one order, so that two processes that write at once do not wait for each other in a circle.
    rows = [
        (project, update, author)
        for project in sorted(updates_by_project)
        for update, author in updates_by_project[project]
    ]
    is_alone = len(rows) <= ROWS and not any(batch.clients for batch in batches)
    next_number: dict[UUID, int] = {}
    with nullcontext() if is_alone else transaction.atomic():
        for start in range(0, len(rows), ROWS):
            for project, first in _append_rows(rows[start : start + ROWS]).items():
                next_number.setdefault(project, first)
        for batch in batches:
            if batch.project_id in next_number:
                note_clients(batch.project_id, batch.clients)
    last: list[int | None] = []
    for batch in batches:
        if batch.project_id in next_number:
            next_number[batch.project_id] += len(batch.updates)
            last.append(next_number[batch.project_id] - 1)
        else:
            last.append(None)
    return last


def _append_rows(rows: Sequence[_Row]) -> dict[UUID, int]:
    """Stores updates in one statement; the number of the first of each document that is not gone."""
    places: dict[UUID, int] = {}
    placed_rows = []
    for project, update, author in rows:
        places[project] = places.get(project, 0) + 1
        placed_rows.append((project, places[project], update, author))
    append = _append_on_postgresql if connection.vendor == "postgresql" else _append_on_sqlite
    return append(placed_rows)


def _append_on_sqlite(rows: Sequence[_PlacedRow]) -> dict[UUID, int]:
    """A trigger of the table gives the project's row the number of each update that is inserted.

    Past Django's cursors, which would cost more than the statement.
    """
    now = _column_value(Project, "changed", timezone.now())
    values = [
        value
        for project, place, update, author in rows
        for value in (project.hex, place, update, None if author is None else author.hex, now)
    ]
    statement = _APPEND_ON_SQLITE.format(rows=", ".join(["(?, ?, ?, ?, ?)"] * len(rows)))
    connection.ensure_connection()
    with connection.wrap_database_errors:
        inserted_rows = connection.connection.execute(statement, values).fetchall()
    first: dict[UUID, int] = {}
    for project, sequence in inserted_rows:
        first[UUID(project)] = min(first.get(UUID(project), sequence), sequence)
    return first


def _append_on_postgresql(rows: Sequence[_PlacedRow]) -> dict[UUID, int]:
    """Planned once a connection; the projects' rows are locked in their order."""
    with _preparing() as cursor:
        columns = (list(column) for column in zip(*rows, strict=True))
        cursor.execute(_APPEND_ON_POSTGRESQL, [timezone.now(), *columns])
        return dict(cursor.fetchall())


@contextmanager
def _preparing() -> Iterator[Any]:
    """A cursor whose statements PostgreSQL plans once a connection; Django's sends the values in the text, each time.

    To plan the one below takes as long as to do it.
    """
    from psycopg import Cursor  # only there where PostgreSQL is used

    connection.ensure_connection()
    connection.connection.prepare_threshold = 0
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        yield cursor


_Row = tuple[UUID, bytes, UUID | None]
_PlacedRow = tuple[UUID, int, bytes, UUID | None]
"""A row with the update's place among those of its document, from 1."""

_APPEND_ON_SQLITE = """
WITH given(project, place, bytes, author, moment) AS (VALUES {rows})
INSERT INTO projects_documentupdate (project_id, sequence, "update", created, author_id)
SELECT project, sequence + place, bytes, moment, author FROM given
CROSS JOIN projects_project ON id = project AND deleted_at IS NULL
RETURNING project_id, sequence
"""
_APPEND_ON_POSTGRESQL = """
WITH now AS (SELECT %s::timestamptz AS moment),
given AS (
    SELECT * FROM unnest(%s::uuid[], %s::int[], %s::bytea[], %s::uuid[]) AS row (project_id, place, "update", author_id)
),
locked AS (
    SELECT id FROM projects_project
    WHERE id IN (SELECT project_id FROM given) AND deleted_at IS NULL
    ORDER BY id FOR UPDATE
),
taken AS (
    UPDATE projects_project AS project SET sequence = sequence + counted.number, changed = now.moment
    FROM now, locked, (SELECT project_id, count(*) AS number FROM given GROUP BY project_id) AS counted
    WHERE project.id = locked.id AND project.id = counted.project_id
    RETURNING project.id, project.sequence - counted.number AS before
),
written AS (
    INSERT INTO projects_documentupdate (project_id, sequence, "update", created, author_id)
    SELECT given.project_id, taken.before + given.place, given."update", now.moment, given.author_id
    FROM given JOIN taken ON taken.id = given.project_id, now
)
SELECT id, before + 1 FROM taken
"""


def announce(batches: Sequence[Batch], last: Sequence[int | None], origin: str) -> None:
    """Sends `document_changed` for each document that was stored, with the last of its updates."""
    for batch, sequence in zip(batches, last, strict=True):
        if sequence is not None:
            update, author_id = batch.updates[-1]
            document_changed.send_robust(
                sender=Project,
                project_id=batch.project_id,
                sequence=sequence,
                update=update,
                author_id=author_id,
                origin=origin,
            )


def _column_value(model: type[Model], name: str, value: object) -> Any:
    """A value as the database takes it for a column."""
    return model._meta.get_field(name).get_db_prep_save(value, connection)  # type: ignore[union-attr]


@contextmanager
def editing(project: Project, author_id: UUID | None) -> Iterator[Doc[Any]]:
    """A project's document to be edited; what was changed inside becomes one update, with origin "api".

    `author_id` is of who wrote it: None for a recording that is given or withdrawn, which nobody wrote.
    The project's row is locked first, so two of these never see the same document.
    """
    with transaction.atomic():
        Project.objects.lock(project.pk)
        doc = load_document(project.pk).doc
        before = doc.get_state()
        empty_update = doc.get_update(before)
        with doc.transaction():
            yield doc
        update = doc.get_update(before)
        if update != empty_update:
            if author_id is not None:
                note_clients(project.pk, {doc.client_id: author_id})
            append_update(project.pk, update, author_id, origin="api")


def document_sequences(project_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The numbers of the last updates of documents."""
    return dict(Project.objects.filter(pk__in=tuple(project_ids)).values_list("pk", "sequence"))

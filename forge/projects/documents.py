"""Storing live documents: loading one, appending updates in order, and editing one as a single update.

The sockets are elsewhere; they append what people type, and hear by `hooks.document_changed` of what the API wrote.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from pycrdt import Doc

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
        (last,) = stored = append_batches(batches)
        if last is None:
            raise NotFound("This project was deleted.")
        transaction.on_commit(lambda: announce(batches, stored, origin), robust=True)
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
    row, whose lock lasts to the end of the transaction. Rows are locked in one order, so that two processes that write
    at once do not wait for each other in a circle. This is what every keystroke goes through, so it is written in SQL.
    """
    if connection.vendor == "postgresql":
        return _append_at_once(batches)
    return _append_one_by_one(batches)


def _append_one_by_one(batches: Sequence[Batch]) -> list[int | None]:
    """Two statements a document, past Django's cursors: in this process they would cost more than the statements."""
    now = _prepared(Project, "changed", timezone.now())
    last: list[int | None] = [None] * len(batches)
    rows: list[tuple[Any, ...]] = []
    with _writing(batches) as database:
        for index in sorted(range(len(batches)), key=lambda index: batches[index].project_id):
            batch = batches[index]
            project = batch.project_id.hex
            found = database.execute(_TAKE_NUMBERS, (len(batch.updates), now, project)).fetchone()
            if found is None:
                continue
            last[index] = found[0]
            for sequence, (update, author) in enumerate(batch.updates, start=found[0] - len(batch.updates) + 1):
                rows.append((project, sequence, update, now, None if author is None else author.hex))
            note_clients(batch.project_id, batch.clients)
        database.executemany(_APPEND, rows)
    return last


@contextmanager
def _writing(batches: Sequence[Batch]) -> Iterator[sqlite3.Connection]:
    """A transaction; Django's own where there is more to write than updates, or where one is open already."""
    if connection.in_atomic_block or any(batch.clients for batch in batches):
        with transaction.atomic():
            yield connection.connection
        return
    connection.ensure_connection()
    database: sqlite3.Connection = connection.connection
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _append_at_once(batches: Sequence[Batch]) -> list[int | None]:
    """One statement, which is a transaction of its own: each way to the database and back is a wait."""
    wanted: dict[UUID, list[tuple[bytes, UUID | None]]] = {}
    for batch in batches:
        wanted.setdefault(batch.project_id, []).extend(batch.updates)
    rows = [
        (project, place, update, author)
        for project, updates in wanted.items()
        for place, (update, author) in enumerate(updates, start=1)
    ]
    people = any(batch.clients for batch in batches)
    with transaction.atomic() if people else nullcontext(), _preparing() as cursor:
        cursor.execute(_APPEND_AT_ONCE, [timezone.now(), *(list(column) for column in zip(*rows, strict=True))])
        first: dict[UUID, int] = dict(cursor.fetchall())
        for batch in batches:
            if batch.project_id in first:
                note_clients(batch.project_id, batch.clients)
    last: list[int | None] = []
    for batch in batches:
        if batch.project_id in first:
            first[batch.project_id] += len(batch.updates)
            last.append(first[batch.project_id] - 1)
        else:
            last.append(None)
    return last


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


_TAKE_NUMBERS = (
    "UPDATE projects_project SET sequence = sequence + ?, changed = ? WHERE id = ? AND deleted_at IS NULL "
    "RETURNING sequence"
)
_APPEND = (
    'INSERT INTO projects_documentupdate (project_id, sequence, "update", created, author_id) VALUES (?, ?, ?, ?, ?)'
)
_APPEND_AT_ONCE = """
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


def _prepared(model: type[Model], name: str, value: object) -> Any:
    """A value as the database takes it for a column."""
    return model._meta.get_field(name).get_db_prep_save(value, connection)  # type: ignore[union-attr]


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

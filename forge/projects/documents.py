"""Storing live documents: loading one, appending updates in order, and editing one as a single update.

The sockets are elsewhere; they append what people type, and hear by `hooks.document_changed` of what the API wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from pycrdt import Doc

from forge.core.errors import NotFound
from forge.projects.hooks import document_changed
from forge.projects.models import DocumentState, DocumentUpdate, Project

UPDATES_BEFORE_STATE = 200
"""Updates that a load may replay before it stores the whole document, so that the next one reads few."""


@dataclass(frozen=True)
class LoadedDocument:
    """A document and the number of the last update in it. It belongs to the thread that loaded it."""

    doc: Doc[Any]
    sequence: int


def load_document(project_id: UUID) -> LoadedDocument:
    """A project's document as it is now."""
    doc: Doc[Any] = Doc()
    state = DocumentState.objects.filter(project_id=project_id).first()
    sequence = 0
    if state is not None:
        doc.apply_update(bytes(state.state))
        sequence = state.sequence
    updates = DocumentUpdate.objects.filter(project_id=project_id, sequence__gt=sequence).order_by("sequence")
    replayed = 0
    for number, update in updates.values_list("sequence", "update"):
        doc.apply_update(bytes(update))
        sequence, replayed = number, replayed + 1
    if replayed >= UPDATES_BEFORE_STATE:
        DocumentState.objects.update_or_create(
            project_id=project_id, defaults={"sequence": sequence, "state": doc.get_update()}
        )
    return LoadedDocument(doc, sequence)


def append_update(project_id: UUID, update: bytes, author_id: UUID | None = None, origin: str = "") -> int:
    """Appends one update and gives its number. Raises `NotFound` for a project that is deleted or gone."""
    return append_updates(project_id, [(update, author_id)], origin)


@transaction.atomic
def append_updates(project_id: UUID, updates: Sequence[tuple[bytes, UUID | None]], origin: str = "") -> int:
    """Appends updates, each with its author, in one transaction, and gives the last one's number.

    The numbers are taken by an update of the project's row, whose lock lasts to the end of the transaction. After
    commit `document_changed` is sent once for each. Raises `NotFound` for a project that is deleted or gone.
    """
    changed = Project.objects.filter(pk=project_id, deleted_at__isnull=True).update(
        sequence=F("sequence") + len(updates), changed=timezone.now()
    )
    if not changed:
        raise NotFound("This project was deleted.")
    last = Project.objects.values_list("sequence", flat=True).get(pk=project_id)
    numbered = list(enumerate(updates, start=last - len(updates) + 1))
    DocumentUpdate.objects.bulk_create(
        DocumentUpdate(project_id=project_id, sequence=sequence, update=update, author_id=author_id)
        for sequence, (update, author_id) in numbered
    )
    for sequence, (update, author_id) in numbered:
        _announce_after_commit(project_id, sequence, update, author_id, origin)
    return last


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
            append_update(project.pk, update, author_id, origin="api")

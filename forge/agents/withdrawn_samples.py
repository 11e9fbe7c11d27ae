"""Samples that are deleted, and what came of them into drafts: files with their bytes, and texts with their rows.

An agent may read the values of a sample whose person agreed to that, and write them into its draft. When the sample is
deleted, they go from the live documents of drafts and from the steps of agents, which keep what an edit changed. What
the project's own files have too is not of the agent, and stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from forge.agents.models import AgentStep
from forge.core.blobs.links import links_of
from forge.core.blobs.store import read_blob
from forge.core.blobs.sweep import erase
from forge.core.errors import DomainError
from forge.datasets.models import DataSet, Sample
from forge.datasets.models.samples import SampleKind
from forge.projects.files.contents import list_files
from forge.projects.files.document import FileEntry, entries, set_erased, set_text
from forge.projects.files.document_store import delete_document, editing, load_document, merge_updates, read_documents
from forge.projects.models import Project
from rune.digests import digest_of

REASON: Final = "The sample was deleted."
LEAST_ROWS: Final = 3
"""Rows of a sample in their order that make a text one that has the sample's values; all of them where it has fewer."""
LEAST_CHARACTERS: Final = 16
"""Characters of these rows: shorter ones, such as a column of zeros, are in many texts by chance."""

Rows = tuple[str, ...]


def erase_from_drafts(data_set_id: UUID, digests: Collection[str]) -> None:
    """Deletes the bytes and the rows of deleted samples from the drafts of their project, and from the steps of agents
    in it."""
    project = DataSet.objects.select_related("project").get(pk=data_set_id).project
    own = list_files(project)
    rows = [each for each in _rows_of(data_set_id, digests) if not any(has_rows(file.text or "", each) for file in own)]
    missing = frozenset(digests).difference(file.content_digest for file in own)
    drafts = list(Project.objects.filter(draft_of=project))
    documents = read_documents([draft.pk for draft in drafts])
    for draft in drafts:
        _erase_from_draft(draft, entries(documents[draft.pk].document()), missing, rows)
    if rows:
        _erase_from_steps(project, rows)


def has_rows(text: str, rows: Rows) -> bool:
    """Returns whether a text has enough rows of a sample, one after the other, to be a copy of its values."""
    return bool(_lines_with(text, rows))


def without_rows(text: str, rows: Rows) -> str:
    """Returns a text without the rows of a sample."""
    rows_of_sample = _lines_with(text, rows)
    return "".join(line for at, line in enumerate(text.splitlines(keepends=True)) if at not in rows_of_sample)


def _lines_with(text: str, rows: Rows) -> frozenset[int]:
    """Returns the places of the lines that are a run of rows."""
    length = min(LEAST_ROWS, len(rows))
    if not length:
        return frozenset()
    runs = {
        run for at in range(len(rows) - length + 1) if len("".join(run := rows[at : at + length])) >= LEAST_CHARACTERS
    }
    lines = tuple(_row(line) for line in text.splitlines())
    starts = (at for at in range(len(lines) - length + 1) if lines[at : at + length] in runs)
    return frozenset(at for start in starts for at in range(start, start + length))


def _row(line: str) -> str:
    return "".join(line.split())


def _rows_of(data_set_id: UUID, digests: Collection[str]) -> list[Rows]:
    """Returns the rows of those of the samples that are rows, while their bytes are there."""
    kinds = (SampleKind.MOTION, SampleKind.TABLE)
    samples = Sample.objects.filter(data_set=data_set_id, digest__in=list(digests), kind__in=kinds)
    texts = (_text_of(digest) for digest in samples.order_by().values_list("digest", flat=True).distinct())
    # The first line has the names of the columns.
    return [tuple(_row(line) for line in text.splitlines()[1:]) for text in texts]


def _text_of(digest: str) -> str:
    try:
        return read_blob(digest).decode("utf-8", "replace")
    except DomainError:
        return ""  # deleted already


def _erase_from_draft(
    draft: Project, files: Sequence[FileEntry], digests: Collection[str], rows: Sequence[Rows]
) -> None:
    binaries = frozenset(digests).intersection(file.content_digest for file in files if file.text is None)
    texts = {file: _without_all(file.text, rows) for file in files if file.text is not None}
    changed = {file: text for file, text in texts.items() if text != file.text}
    if not binaries and not changed:
        return
    if draft.deleted_at is None:
        _edit(draft, binaries, changed)
    else:
        delete_document(draft.pk)
    _erase_bytes(draft, {*binaries, *(file.content_digest for file in changed)})


def _edit(draft: Project, binaries: Collection[str], texts: Mapping[FileEntry, str]) -> None:
    with editing(draft, None) as doc:
        for digest in binaries:
            set_erased(doc, digest, REASON)
        for file, text in texts.items():
            set_text(doc, file, text)
    # Earlier updates have the text that was deleted, and a merged document has not.
    now = load_document(draft.pk)
    merge_updates(draft.pk, now.doc.get_update(), now.sequence)


def _erase_from_steps(project: Project, rows: Sequence[Rows]) -> None:
    for step in AgentStep.objects.filter(project=project).exclude(changes={}).select_related("draft__files"):
        after = {
            path: [None if text is None else _without_all(text, rows) for text in sides]
            for path, sides in step.changes.items()
        }
        if after == step.changes:
            continue
        texts = {text for sides in step.changes.values() for text in sides if text is not None}
        AgentStep.objects.filter(pk=step.pk).update(changes=after)
        if step.draft is not None:
            _erase_bytes(step.draft.files, {digest_of(text.encode()) for text in texts if _is_changed(text, rows)})


def _erase_bytes(draft: Project, digests: Collection[str]) -> None:
    """Unlinks blobs from a draft, and deletes those that nothing else needs."""
    links_of(draft).filter(blob_id__in=list(digests)).delete()
    now: datetime = timezone.now()
    for digest in digests:
        erase(digest, now)


def _is_changed(text: str, rows: Sequence[Rows]) -> bool:
    return _without_all(text, rows) != text


def _without_all(text: str, rows: Sequence[Rows]) -> str:
    for each in rows:
        text = without_rows(text, each)
    return text

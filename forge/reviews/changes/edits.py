"""The edits that turn the files of a project's live document into those of a merge or a pull.

The caller has checked that somebody may edit, and writes what happened.
"""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.actors import Actor
from forge.projects.errors import FileChanged
from forge.projects.files.document_store import editing
from forge.projects.files.storage import link_uploaded
from forge.projects.models import Project
from forge.projects.versions.restore import FileToRestore, restore
from forge.projects.versions.store import Manifest, WorkingTree, stored_text


@dataclass(frozen=True)
class Edits:
    """Returns the edits of the document as it was after the update `sequence`: files that are the same in both
    are left alone."""

    sequence: int
    paths: frozenset[str]
    files: tuple[FileToRestore, ...]


def edits_between(ours: WorkingTree, result: WorkingTree) -> Edits:
    """Returns the edits from the one to the other, with the texts read."""
    changed_paths = _changed_paths(ours.manifest, result.manifest)
    files = tuple(_file_to_restore(result, path) for path in sorted(changed_paths & result.manifest.keys()))
    return Edits(ours.sequence, changed_paths, files)


def apply_edits(actor: Actor, project: Project, edits: Edits) -> None:
    """Edits the live document. Raises `FileChanged` where it is not what was read."""
    with editing(project, actor.pk) as doc:
        project.refresh_from_db(fields=["sequence"])
        if project.sequence != edits.sequence:
            raise FileChanged("Somebody edited the files at the same time. Try again.")
        restore(doc, edits.files, edits.paths)
        link_uploaded(project, (file.digest for file in edits.files if file.text is None), project)
    project.refresh_from_db(fields=["sequence"])


def _changed_paths(then: Manifest, now: Manifest) -> frozenset[str]:
    return frozenset(
        path for path in then.keys() | now.keys() if then.get(path, {}).get("digest") != now.get(path, {}).get("digest")
    )


def _file_to_restore(result: WorkingTree, path: str) -> FileToRestore:
    entry = result.manifest[path]
    digest, size = entry["digest"], entry["size"]
    text = result.texts[path].decode("utf-8") if path in result.texts else stored_text(path, digest, size)
    return FileToRestore(path, digest, size, text, result.file_ids.get(path))

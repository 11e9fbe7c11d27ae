"""Beginning an empty project that is there already: with the files of a template, or with a model."""

from __future__ import annotations

from collections.abc import Iterable

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.projects.access import require
from forge.projects.creating.empty import holds_nothing
from forge.projects.creating.templates import find_template
from forge.projects.errors import ProjectNotEmpty
from forge.projects.files.contents import put_file, store_files
from forge.projects.files.document import entries
from forge.projects.files.document_store import editing
from forge.projects.files.model_files import files_of_model
from forge.projects.files.storage import delete_on_failure, link_uploaded
from forge.projects.models import Project


def begin_with_template(actor: Actor, project: Project, template: str) -> None:
    """Puts the files of a template into an empty project. Raises `UnknownTemplate`, and as
    `begin_with_files`."""
    begin_with_files(actor, project, find_template(template).contents())


def begin_with_model(actor: Actor, project: Project, filename: str, data: bytes) -> None:
    """Puts a .tflite file and a Runefile that fits it into an empty project.

    Raises `ModelRefused`, and what `begin_with_files` raises.
    """
    require(actor, Verb.EDIT, project)
    begin_with_files(actor, project, files_of_model(filename, data))


def begin_with_files(actor: Actor, project: Project, contents: Iterable[tuple[str, bytes]]) -> None:
    """Puts the first files into an empty project, as one update of its live document.

    Raises `Forbidden`, `ProjectNotEmpty`, `StorageQuotaReached`, and what `store_files` raises.
    """
    require(actor, Verb.EDIT, project)
    require_room(project.organisation_id)
    stored_files = store_files(contents)
    digests = [file.blob.digest for file in stored_files]
    with delete_on_failure(digests), editing(project, actor.pk) as doc:
        present_files = {entry.path: entry for entry in entries(doc)}
        if not holds_nothing(present_files.values()):
            raise ProjectNotEmpty(
                f"{project.full_name} has files already. Add others in its studio, or begin with a new project."
            )
        link_uploaded(project, digests, project)
        for file in stored_files:
            put_file(doc, present_files.get(file.path), file)
            facts = {"path": file.path, "digest": file.blob.digest, "size": file.blob.size}
            write_entry(actor, "file.write", f"project:{project.pk}", project.place, **facts)

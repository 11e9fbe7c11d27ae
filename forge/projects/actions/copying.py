"""Copies of a project: a duplicate, which is a project like any other, and a fork, which remembers where it came from.

Neither has the recordings that people gave the project: their consent was for it alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.blobs import read_blob
from forge.projects.access import require
from forge.projects.actions.downloads import note_download
from forge.projects.actions.project import create_from_files
from forge.projects.models import Fork, Project, Sample
from forge.projects.versions import snapshot, working_tree


def duplicate_project(actor: Actor, origin: Project, organisation: Organisation, name: str) -> Project:
    """A project with the files that the origin has now. Raises `NotFound`, and what `create_from_files` raises."""
    require(actor, Verb.READ, origin)
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    _note(actor, origin)
    return create_from_files(actor, organisation, name, _contents(origin), template=origin.template)


def fork_project(actor: Actor, origin: Project, organisation: Organisation, name: str) -> Project:
    """The same, and its first version is kept as what both have in common: by that they can be compared and merged.

    The audit log of the fork does not name the origin, which its readers may not know of. Raises `NotFound`, and what
    `create_from_files` raises.
    """
    require(actor, Verb.READ, origin)
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    _note(actor, origin)
    # Files are stored outside of any transaction, since that waits for the disk.
    project = create_from_files(actor, organisation, name, _contents(origin), template=origin.template)
    base = snapshot(project, actor.person)
    with transaction.atomic():
        Fork.objects.create(project=project, origin=origin, base=base)
        write_entry(actor, "project.fork", project.stream, project.place, origin=str(origin.pk))
    return project


def _note(actor: Actor, origin: Project) -> None:
    """Whoever copies a project takes its files out, as an archive does."""
    note_download(actor, origin, "archive.download", folder="")


def _contents(origin: Project) -> Iterator[tuple[str, bytes]]:
    """The files as they are now, one after the other, without recordings of people."""
    tree = working_tree(origin)
    given = set(Sample.objects.filter(project=origin).values_list("digest", flat=True))
    for path, described in tree.manifest.items():
        if described["digest"] not in given:
            yield path, tree.texts[path] if path in tree.texts else read_blob(described["digest"])

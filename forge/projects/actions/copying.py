"""Copies of a project: a duplicate, which looks like any other project, and a fork, which says where it came from.

Who reads the project takes its files as they are; where it shares its files, everyone else takes those that it
published. Neither has the recordings that people gave the project: their consent was for it alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.blobs import read_blob
from forge.projects.access import require_copy
from forge.projects.actions.downloads import note_download
from forge.projects.actions.project import create_from_files
from forge.projects.errors import NothingToCopy
from forge.projects.hooks import published_versions
from forge.projects.models import Fork, Project, Sample
from forge.projects.versions import given_files, snapshot, working_tree


def duplicate_project(actor: Actor, origin: Project, organisation: Organisation, name: str) -> Project:
    """A project with the files that somebody may take of the origin. It shows nobody where it came from; what both have
    in common is kept with it, so that its changes can be offered back. Raises `NotFound`, `FilesNotShared`,
    `NothingToCopy`, and what `create_from_files` raises.
    """
    return _copied(actor, origin, organisation, name, is_duplicate=True)


def fork_project(actor: Actor, origin: Project, organisation: Organisation, name: str) -> Project:
    """The same, and who sees both pages is told where it came from.

    The audit log of the fork does not name the origin, which its readers may not know of. Raises what
    `duplicate_project` raises.
    """
    return _copied(actor, origin, organisation, name, is_duplicate=False)


def _copied(actor: Actor, origin: Project, organisation: Organisation, name: str, *, is_duplicate: bool) -> Project:
    require_copy(actor, origin)
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    contents = _contents(origin) if can(actor, Verb.READ, origin) else _published(actor, origin)
    _note(actor, origin)
    # Files are stored outside of any transaction, since that waits for the disk.
    project = create_from_files(actor, organisation, name, contents, template=origin.template)
    base = snapshot(project, actor.person)
    with transaction.atomic():
        Fork.objects.create(project=project, origin=origin, base=base, is_duplicate=is_duplicate)
        if not is_duplicate:
            write_entry(actor, "project.fork", project.stream, project.place, origin=str(origin.pk))
    return project


def _note(actor: Actor, origin: Project) -> None:
    """Whoever copies a project takes its files out, as an archive does; what is public, anyone may have."""
    if can(actor, Verb.READ, origin):
        note_download(actor, origin, "archive.download", folder="")
        return
    with transaction.atomic():
        write_entry(actor, "project.copied", origin.stream, origin.place)


def _contents(origin: Project) -> Iterator[tuple[str, bytes]]:
    """The files as they are now, one after the other, without recordings of people."""
    tree = working_tree(origin)
    given = _recordings(origin)
    for path, described in tree.manifest.items():
        if described["digest"] not in given:
            yield path, tree.texts[path] if path in tree.texts else read_blob(described["digest"])


def _published(actor: Actor, origin: Project) -> Iterator[tuple[str, bytes]]:
    """The files of what was published, and nothing of the draft. Raises `NothingToCopy`."""
    version = next((each for each in published_versions.call(actor, origin) if each is not None), None)
    if version is None:
        raise NothingToCopy(f"{origin.full_name} has published nothing yet.")
    given = _recordings(origin)
    described = {path: each for path, each in given_files(version).items() if each["digest"] not in given}
    return ((path, read_blob(each["digest"])) for path, each in described.items())


def _recordings(origin: Project) -> set[str]:
    """The digests of what people gave the project: they agreed to it alone."""
    return set(Sample.objects.filter(project=origin).values_list("digest", flat=True))

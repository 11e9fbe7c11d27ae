"""Copies of a project: a duplicate, which looks like any other project, and a fork, which says where it came from.

Who reads the project takes its files as they are, with the versions that people saved; where it shares its files,
everyone else takes those that it published, version by version. Neither has the recordings that people gave the
project: their consent was for it alone. A fork, and a duplicate in another organisation, leaves the people behind that
`forge.yml` names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from django.db import transaction

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.names import check_project_name
from forge.accounts.permissions import Verb, can
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.store import put_bytes, read_blob
from forge.projects.access import require_copy
from forge.projects.errors import NothingToCopy
from forge.projects.files.contents import store_files
from forge.projects.files.storage import delete_on_failure
from forge.projects.history.export import author_names_of, available_digests, wanted_versions
from forge.projects.hooks import published_versions
from forge.projects.lifecycle.actions.downloads import note_download
from forge.projects.lifecycle.actions.project import create_of
from forge.projects.models import Fork, Project, Version
from forge.projects.versions.imports import MAX_MESSAGE_LENGTH, ImportedVersion, store_imported_versions
from forge.projects.versions.store import manifest_digest, snapshot, working_tree
from rune.source.policy.read import POLICY_FILE
from rune.source.policy.without_people import without_people
from rune.wording import listed

Contents = Iterator[tuple[str, bytes]]


def duplicate_project(actor: Actor, origin: Project, organisation: Organisation, name: str) -> Project:
    """A project with the files that somebody may take of the origin. It shows nobody where it came from; what both have
    in common is kept with it, so that its changes can be offered back. Raises `NotFound`, `FilesNotShared`,
    `NothingToCopy`, `StorageQuotaReached`, and what `create_from_files` raises.
    """
    return _copy_project(actor, origin, organisation, name, is_duplicate=True)


def fork_project(actor: Actor, origin: Project, organisation: Organisation, name: str) -> Project:
    """The same, and people who see both pages read where it came from.

    The audit log of the fork does not name the origin, which its readers may not know of. Raises what
    `duplicate_project` raises.
    """
    return _copy_project(actor, origin, organisation, name, is_duplicate=False)


def _copy_project(
    actor: Actor, origin: Project, organisation: Organisation, name: str, *, is_duplicate: bool
) -> Project:
    require_copy(actor, origin)
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    name = check_project_name(name)
    require_room(organisation.pk)
    contents, history = _as_read(origin) if can(actor, Verb.READ, origin) else _as_published(actor, origin)
    if not is_duplicate or organisation.pk != origin.organisation_id:
        contents, history = _contents_without_people(contents), _distinct(map(_without_people, history))
    _note(actor, origin)
    # Files are stored outside of any transaction, since that waits for the disk.
    stored_files = store_files(contents)
    with delete_on_failure([file.blob.digest for file in stored_files]), transaction.atomic():
        project = create_of(actor, organisation, name, stored_files, origin.template)
        store_imported_versions(actor, project, history)
    base = snapshot(project, actor.person)
    with transaction.atomic():
        Fork.objects.create(project=project, origin=origin, base=base, is_duplicate=is_duplicate)
        if not is_duplicate:
            write_entry(actor, "project.fork", project.stream, project.place, origin=str(origin.pk))
    return project


def _note(actor: Actor, origin: Project) -> None:
    """Records that a person copied the files of a project, as with an archive; public files are free to copy."""
    if can(actor, Verb.READ, origin):
        note_download(actor, origin, "archive.download", folder="")
        return
    with transaction.atomic():
        write_entry(actor, "project.copied", origin.stream, origin.place)


def _as_read(origin: Project) -> tuple[Contents, list[ImportedVersion]]:
    """The files as they are now, one after the other, and the versions that people saved, with who made them."""
    tree = working_tree(origin)
    may_copy_digest = available_digests(origin)
    versions = wanted_versions(origin, tree.digest)
    history = [
        (version, makers, version.message) for version, makers in zip(versions, author_names_of(versions), strict=True)
    ]
    contents = (
        (path, tree.texts[path] if path in tree.texts else read_blob(file["digest"]))
        for path, file in tree.manifest.items()
    )
    return contents, _imported_versions(history, may_copy_digest)


def _as_published(actor: Actor, origin: Project) -> tuple[Contents, list[ImportedVersion]]:
    """The files of what was published, and nothing of the draft: no version between, no name and no message, which only
    readers of the project know. Raises `NothingToCopy`."""
    publication = next((each for each in published_versions.call(actor, origin) if each is not None), None)
    if publication is None:
        raise NothingToCopy(f"{origin.full_name} has published nothing yet.")
    may_copy_digest = available_digests(origin)
    history = [
        (version, (), f"Published as {listed(tags)}")
        for version, tags in sorted(publication.tagged_versions, key=lambda each: each[0].number)
    ]
    files = [each for each in publication.usual.manifest.items() if may_copy_digest(each[1]["digest"])]
    return ((path, read_blob(each["digest"])) for path, each in files), _imported_versions(history, may_copy_digest)


def _contents_without_people(contents: Contents) -> Contents:
    """The files, with a `forge.yml` that names nobody: a copy has people of its own."""
    for path, data in contents:
        yield path, _policy_without_people(data) if path == POLICY_FILE else data


def _distinct(versions: Iterable[ImportedVersion]) -> list[ImportedVersion]:
    """Returns each once: two that differed in their people alone are the same now."""
    by_digest: dict[str, ImportedVersion] = {}
    for each in versions:
        by_digest.setdefault(each.digest, each)
    return list(by_digest.values())


def _without_people(version: ImportedVersion) -> ImportedVersion:
    """The same of a version's files, of which one is another then."""
    policy_file = version.manifest.get(POLICY_FILE)
    if policy_file is None:
        return version
    data = read_blob(policy_file["digest"])
    changed = _policy_without_people(data)
    if changed == data:
        return version
    blob = put_bytes(changed)
    manifest = {**version.manifest, POLICY_FILE: {"digest": blob.digest, "size": blob.size}}
    return replace(version, manifest=manifest, digest=manifest_digest(manifest))


def _policy_without_people(data: bytes) -> bytes:
    return without_people(data.decode("utf-8", "replace")).encode()


def _imported_versions(
    history: Sequence[tuple[Version, tuple[str, ...], str]], may_copy_digest: Callable[[str], bool]
) -> list[ImportedVersion]:
    """Versions as a copy has them; one whose files an earlier one has, as they are given, is none of its own."""
    versions: dict[str, ImportedVersion] = {}
    for version, makers, message in history:
        manifest = {path: each for path, each in version.manifest.items() if may_copy_digest(each["digest"])}
        digest = manifest_digest(manifest)
        if manifest and digest not in versions:
            moment = version.saved_at or version.created
            versions[digest] = ImportedVersion(
                version.number, makers, moment, message[:MAX_MESSAGE_LENGTH], manifest, digest
            )
    return list(versions.values())

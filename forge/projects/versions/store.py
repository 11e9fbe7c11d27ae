"""Versions: a project's files frozen, named by the digest of their manifest, which the toolchain reads as a folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from forge.core.blobs.links import links_of
from forge.core.blobs.store import put_all, read_blob
from forge.core.database.numbers import next_number
from forge.core.errors import NotFound
from forge.projects.errors import ProjectFileNotFound, VersionNotFound
from forge.projects.files.contents import MAXIMUM_TEXT
from forge.projects.files.document import FileEntry, entries
from forge.projects.files.document_store import load_document
from forge.projects.files.model_files import is_model
from forge.projects.files.storage import link_uploaded
from forge.projects.files.writers import writers_since_previous_version
from forge.projects.models import Project, Version
from rune.compiler.building.spec import canonical_digest
from rune.digests import digest_of
from rune.project.files import DEFAULT_FILE_LIMIT, FileError, FileMissing, FileTooLarge, normal_path
from rune.wording import size_text

Manifest = Mapping[str, Mapping[str, Any]]
"""`{path: {"digest": "sha256:..", "size": bytes}}`."""


def manifest_digest(manifest: Manifest) -> str:
    """Returns the digest of a version: SHA-256 of the manifest as JSON with sorted keys and no spaces."""
    return canonical_digest(manifest)


@dataclass(frozen=True)
class WorkingTree:
    """A project's files at one moment, of which nothing is kept: what a preview is made of.

    `digest` is the one that a version of these files has. `texts` are the text files' bytes by path; the other files
    of the manifest are blobs. `sequence` is the number of the last update that is in them. `file_ids` are the files'
    ids in the document by path.
    """

    digest: str
    manifest: Manifest
    texts: Mapping[str, bytes]
    sequence: int
    file_ids: Mapping[str, str]

    def with_text(self, path: str, data: bytes) -> WorkingTree:
        """The same moment with another text in one file, named by the digest that such files have."""
        manifest = {**self.manifest, path: described_bytes(data)}
        return replace(self, digest=manifest_digest(manifest), manifest=manifest, texts={**self.texts, path: data})

    def with_blob(self, path: str, digest: str, size: int) -> WorkingTree:
        """The same moment with a stored blob as one file."""
        manifest = {**self.manifest, path: {"digest": digest, "size": size}}
        texts = {name: data for name, data in self.texts.items() if name != path}
        return replace(self, digest=manifest_digest(manifest), manifest=manifest, texts=texts)


def working_tree(project: Project) -> WorkingTree:
    """The files as they are now. Nothing is written, however often somebody types."""
    document = load_document(project.pk)
    files = entries(document.doc)
    texts = {entry.path: entry.text.encode("utf-8") for entry in files if entry.text is not None}
    manifest = _linked_blobs(project, files)
    for path, data in texts.items():
        manifest[path] = described_bytes(data)
    ids = {entry.path: entry.id for entry in files if entry.path in manifest}
    return WorkingTree(manifest_digest(manifest), manifest, texts, document.sequence, ids)


def described_bytes(data: bytes) -> dict[str, Any]:
    """Returns the manifest's entry for a file with these bytes."""
    return {"digest": digest_of(data), "size": len(data)}


def snapshot(project: Project, author: Any = None) -> Version:
    """The version of a project's files as they are now: the one that has their digest already, or the next one.

    The caller has checked that the person may make one.
    """
    return store_version(project, working_tree(project), author)


def store_version(
    project: Project,
    tree: WorkingTree,
    author: Any = None,
    writers: Collection[str] = (),
    *,
    proposed_in: int | None = None,
) -> Version:
    """The version of these files of a project, as they were a moment ago.

    `writers` are the ids of people who wrote part of it elsewhere; a version that is there already gets them too.
    `proposed_in` is the number of the change request that would make files which the project does not have, or not yet.
    """
    # Bytes are stored before the transaction, in which nothing is waited for.
    put_all(tree.texts.values(), project.organisation_id)
    with transaction.atomic():
        Project.objects.lock(project.pk)
        version = Version.objects.filter(project=project, digest=tree.digest).first()
        if version is None:
            version = Version.objects.create(
                project=project,
                number=next_number(Version.objects.filter(project=project)),
                digest=tree.digest,
                manifest=dict(tree.manifest),
                file_ids=dict(tree.file_ids),
                sequence=tree.sequence,
                author=author,
                writers=sorted({*writers_since_previous_version(project, tree.sequence), *writers}),
                is_proposed=proposed_in is not None,
                proposed_in=proposed_in,
            )
        else:
            _note_wanted(version, author, writers, proposed_in)
        # All its files are kept, also an old version's that were gone and are back; but none that was taken from
        # the project since the files were read.
        texts = {tree.manifest[path]["digest"] for path in tree.texts}
        others = {file["digest"] for file in tree.manifest.values()} - texts
        link_uploaded(version, texts | _of_project(project, others).keys(), project)
    return version


def _note_wanted(version: Version, author: Any, writers: Collection[str], proposed_in: int | None) -> None:
    """Somebody wants a version that is there already: it is thinned out no more, others may have written it too, and
    the project may have its files by now."""
    fields = []
    if version.automatic and author is not None:
        version.automatic = False
        fields.append("automatic")
    if not set(writers) <= set(version.writers):
        version.writers = sorted({*version.writers, *writers})
        fields.append("writers")
    if version.is_proposed and proposed_in is None:
        version.is_proposed = False
        fields.append("is_proposed")
    if version.is_proposed and version.proposed_in != proposed_in:
        version.proposed_in = proposed_in
        fields.append("proposed_in")
    if fields:
        version.save(update_fields=fields)


def versions_of(project: Project) -> QuerySet[Version]:
    """A project's versions, the newest first. The caller has found the project for someone."""
    return Version.objects.filter(project=project).select_related("author", "saved_by").order_by("-number")


def find_version(project: Project, number: int) -> Version:
    """A project's version by its number. Raises `VersionNotFound`."""
    version = versions_of(project).filter(number=number).first()
    if version is None:
        raise VersionNotFound(f"{project.full_name} has no version {number}.")
    return version


def available_files(version: Version) -> Manifest:
    """The files of a version that the project still has: not a recording that moved into its data, nor what is no
    longer stored."""
    digests = {file["digest"] for file in version.manifest.values()}
    linked_digests = {*links_of(version).values_list("blob_id", flat=True), *_of_project(version.project, digests)}
    available_digests = digests & linked_digests
    return {path: file for path, file in version.manifest.items() if file["digest"] in available_digests}


def described_in(version: Version, path: str) -> Mapping[str, Any]:
    """A file's digest and size in a version. Raises `ProjectFileNotFound`, also for what may no longer be given."""
    available = available_files(version)
    if path not in available:
        raise ProjectFileNotFound(f"Version {version.number} has no file {path}, or the file was deleted everywhere.")
    return available[path]


def _of_project(project: Project, digests: Collection[str]) -> dict[str, int]:
    """The sizes of those blobs that were put into the project."""
    links = links_of(project).filter(blob_id__in=digests)
    return dict(links.values_list("blob_id", "blob__size"))


def _linked_blobs(project: Project, files: tuple[FileEntry, ...]) -> dict[str, dict[str, Any]]:
    """The digests of the files that are blobs. One that was not put into the project is left out."""
    digests = [entry.digest for entry in files if entry.digest]
    sizes = _of_project(project, digests)
    return {
        entry.path: {"digest": entry.digest, "size": sizes[entry.digest]}
        for entry in files
        if entry.text is None and entry.digest in sizes
    }


def stored_text(path: str, digest: str, size: int) -> str | None:
    """Returns a stored file's text, if it is one by the rule for uploads."""
    if is_model(path) or size > MAXIMUM_TEXT:
        return None
    try:
        text = read_blob(digest).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


class VersionFiles:
    """A version's files, as the toolchain reads a project."""

    def __init__(self, manifest: Manifest, limit: int = DEFAULT_FILE_LIMIT) -> None:
        self._manifest = manifest
        self._limit = limit

    def read(self, path: str) -> bytes:
        normal = normal_path(path)
        if normal not in self._manifest:
            raise FileMissing(path, "no such file in the project")
        file = self._manifest[normal]
        if file["size"] > self._limit:
            raise FileTooLarge(path, f"{size_text(file['size'])}, more than the limit of {size_text(self._limit)}")
        try:
            return read_blob(file["digest"])
        except NotFound as error:
            raise FileError(path, "its contents are no longer stored") from error

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._manifest))

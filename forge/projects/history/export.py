"""A project's history for Git: its versions, the oldest first, and what its files are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

from django.db.models import Q

from forge.accounts.models import User
from forge.core.blobs.links import links_of, links_of_all
from forge.core.blobs.store import read_blob
from forge.projects.git.repository import CommitState, may_be_in_git, repository
from forge.projects.models import Project, Version
from forge.projects.versions.store import Manifest, WorkingTree

MAX_STATES = 1000
"""Versions in a repository, the newest ones: the oldest of them then is its first commit."""
HISTORY_ENDING = "-with-history"
"""How the name of a download with history ends."""
UNSAVED_MESSAGE = "Files that are no version yet"
"""The message of the newest commit, for files that are no version."""
_NOBODY = "Nobody"
_PARAGRAPH = "\n\n"


def history_files(project: Project, now: WorkingTree) -> Iterator[tuple[str, bytes]]:
    """The files below `.git` of a project's history, whose newest commit is what the files are now.

    Recordings whose consent ended are in no state of it. What was asked of the database is asked before the first file.
    """
    texts = {now.manifest[path]["digest"]: data for path, data in now.texts.items()}
    versions = wanted_versions(project, now.digest)
    states = _states(project, versions)
    if not versions or versions[-1].digest != now.digest:
        living = {file["digest"] for file in now.manifest.values()}
        unsaved_files = _files(now.manifest, living.__contains__)
        states.append(CommitState(unsaved_files, _NOBODY, _address(None), project.changed, UNSAVED_MESSAGE))
    return repository(states, partial(_read, texts))


def versions_in_git(
    project: Project, versions: Sequence[Version], current: Version | None, newest: int
) -> Iterator[tuple[str, bytes]]:
    """The same of versions alone, which end in the one that the files are now, if they are one.

    An earlier one that was restored comes once more, after the `newest`.
    """
    states = _states(project, versions)
    if current is not None and (not versions or versions[-1].pk != current.pk):
        (state,) = _states(project, [current])
        message = f"Restored version {current.number}\n\n{state.message.rpartition(_PARAGRAPH)[2]}\nAfter: {newest}"
        states.append(replace(state, moment=project.changed, message=message))
    return repository(states, read_blob)


def wanted_versions(project: Project, digest: str) -> list[Version]:
    """The newest versions, the oldest of them first, without those that saved themselves, which come and go, and those
    that a change request would make. `digest` is of the files as they are now: these are the project's."""
    own_files = Q(is_proposed=False) | Q(digest=digest)
    versions = Version.objects.filter(own_files, project=project, automatic=False).select_related("author", "saved_by")
    return list(versions.order_by("-number")[:MAX_STATES])[::-1]


def _read(texts: Mapping[str, bytes], digest: str) -> bytes:
    return texts[digest] if digest in texts else read_blob(digest)


def _states(project: Project, versions: Sequence[Version]) -> list[CommitState]:
    is_available = available_digests(project)
    names = _names_of(versions)
    return [_state_of(version, names, is_available) for version in versions]


def author_names_of(versions: Sequence[Version]) -> list[tuple[str, ...]]:
    """The names of those who made each of some versions: its author, then others who wrote in it. Two queries."""
    names = _names_of(versions)
    return [
        (author, *(name for name, _ in others)) for author, others in (_authors_of(each, names) for each in versions)
    ]


def _state_of(version: Version, names: Mapping[str, str], is_available: Callable[[str], bool]) -> CommitState:
    person = version.saved_by or version.author
    author, others = _authors_of(version, names)
    trailers = [
        *(f"Co-authored-by: {name} <{_address(writer)}>" for name, writer in others),
        f"Project: {version.project_id}",
        f"Version: {version.number}",
        f"Digest: {version.digest}",
    ]
    return CommitState(
        files=_files(version.manifest, is_available),
        author=author,
        address=_address(None if person is None else str(person.pk)),
        moment=version.saved_at or version.created,
        message="\n".join([version.message or f"Version {version.number}", "", *trailers]),
    )


def _authors_of(version: Version, names: Mapping[str, str]) -> tuple[str, list[tuple[str, str | None]]]:
    """The name of a version's author, and the names of others who wrote in it, with their ids where they are known."""
    person = version.saved_by or version.author
    author = next(iter(version.original_authors), _NOBODY) if person is None else _name(person)
    # The person who imported a version is its writer, and no author of it.
    if version.original_authors:
        return author, [(name, None) for name in version.original_authors[1:]]
    writers = [writer for writer in version.writers if writer in names and (person is None or writer != str(person.pk))]
    return author, [(names[writer], writer) for writer in writers]


def _name(person: User) -> str:
    return person.name or _NOBODY


def _address(person: str | None) -> str:
    """The address of a person in commits: no mail is ever delivered to this domain (RFC 6761)."""
    return f"{person or 'nobody'}@people.invalid"


def _files(manifest: Manifest, is_available: Callable[[str], bool]) -> dict[str, str]:
    return {
        path: file["digest"] for path, file in manifest.items() if is_available(file["digest"]) and may_be_in_git(path)
    }


def available_digests(project: Project) -> Callable[[str], bool]:
    """Returns which digests may still be given, as `versions.available_files` has it for one version."""
    of_versions: Any = Version.objects.filter(project=project)
    linked_digests = set(
        chain(*(links.values_list("blob_id", flat=True) for links in (links_of(project), links_of_all(of_versions))))
    )
    return linked_digests.__contains__


def _names_of(versions: Sequence[Version]) -> dict[str, str]:
    """The names of those who wrote in some versions, by their ids."""
    writer_ids = {writer for version in versions for writer in version.writers}
    return {str(person.pk): _name(person) for person in User.objects.filter(pk__in=writer_ids)}

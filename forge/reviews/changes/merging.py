"""The result of merging a change request into a project's files: read, computed and compared, never written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from forge.projects.files.contents import check_file_count
from forge.projects.models import Version
from forge.projects.versions.store import (
    Manifest,
    WorkingTree,
    available_files,
    described_bytes,
    manifest_digest,
    stored_text,
    working_tree,
)
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.errors import ForkDeleted
from rune.editing.merge import (
    FilesMerge,
    MergeChoice,
    MergeConflict,
    Side,
    SideFiles,
    StoredContent,
    former_paths,
    merge_files,
)


@dataclass(frozen=True)
class Merging:
    """The three sides of a change request as they are now, and what was chosen.

    `ours` are the project's files. `choices` are by the conflicts' keys, also of conflicts that are no more, without
    those that contradict each other; so are `writers`, the ids of those who wrote another text than both sides.
    """

    merge: FilesMerge
    ours: WorkingTree
    base: Manifest
    theirs: Manifest
    choices: Mapping[str, MergeChoice]
    writers: Mapping[str, str] = field(default_factory=dict)

    @property
    def conflicts(self) -> tuple[MergeConflict, ...]:
        return self.merge.conflicts

    @property
    def open_conflicts(self) -> tuple[MergeConflict, ...]:
        """The conflicts in which nothing was chosen."""
        return tuple(each for each in self.conflicts if self.choice(each) is None)

    def choice(self, conflict: MergeConflict) -> MergeChoice | None:
        return self.choices.get(conflict.key)

    def writers_of_choices(self) -> frozenset[str]:
        """The ids of those whose own text stands in place of a conflict: they wrote part of the result."""
        return frozenset(self.writers[each.key] for each in self.conflicts if each.key in self.writers)

    def text_of(self, digest: str) -> str | None:
        """Returns the text of a side's file; None if it is no text."""
        return _text_of(digest, self.ours, self.base, self.theirs)

    @cached_property
    def result(self) -> WorkingTree:
        """The project's files with what is merged, where nothing was chosen as they are here."""
        return _result(self)

    @property
    def is_nothing(self) -> bool:
        """Whether merging would change no file."""
        return self.result.digest == self.ours.digest


def merging_of(request: ChangeRequest) -> Merging:
    """Reads the sides. Raises `ForkDeleted` where the fork's files are not there any more."""
    if request.base is None or request.offered is None:
        raise ForkDeleted("The fork was deleted, with the files that it offered. Close the change request.")
    resolutions = request.resolutions.all()
    choices = {each.key: MergeChoice(Side(each.side), each.text) for each in resolutions}
    written_texts = [each for each in resolutions if each.side == Side.WRITTEN and each.chosen_by_id is not None]
    merge = merging(request.base, working_tree(request.project), request.offered, choices)
    return replace(merge, writers={each.key: str(each.chosen_by_id) for each in written_texts})


def merging(base: Version, ours: WorkingTree, offered_version: Version, choices: Mapping[str, MergeChoice]) -> Merging:
    """Returns the result of merging a version into files."""
    then, theirs = available_files(base), available_files(offered_version)
    sides = (
        SideFiles(digests_of(ours.manifest), former_paths(digests_of(then), digests_of(ours.manifest))),
        SideFiles(digests_of(theirs), renames_between(base.file_ids, then, offered_version.file_ids, theirs)),
    )
    merge = merge_files(digests_of(then), *sides, lambda digest: _text_of(digest, ours, then, theirs))
    return Merging(merge, ours, then, theirs, merge.without_clashes(choices))


def is_of(version: Version, tree: WorkingTree) -> bool:
    """Returns whether a version has these files, apart from those that its project no longer has."""
    return digests_of(available_files(version)) == digests_of(tree.manifest)


def digests_of(manifest: Manifest) -> dict[str, str]:
    """Returns the digest of each file, by path."""
    return {path: str(each["digest"]) for path, each in manifest.items()}


def renames_between(
    base_ids: Mapping[str, str], then: Manifest, ids: Mapping[str, str], theirs: Manifest
) -> dict[str, str]:
    """Returns the former path of what was renamed on a side, which knows its files by their ids."""
    was = {file_id: path for path, file_id in base_ids.items() if path in then}
    renames = former_paths(digests_of(then), digests_of(theirs))
    for path, file_id in ids.items():
        former = was.get(file_id)
        if path in theirs and former is not None and former != path and former not in theirs:
            renames[path] = former
    return renames


def _text_of(digest: str, ours: WorkingTree, *others: Manifest) -> str | None:
    for path, entry in ours.manifest.items():
        if entry["digest"] == digest:
            return ours.texts[path].decode("utf-8") if path in ours.texts else None
    for manifest in others:
        for path, entry in manifest.items():
            if entry["digest"] == digest:
                return stored_text(path, digest, entry["size"])
    return None


def _result(merge: Merging) -> WorkingTree:
    entries = {
        each["digest"]: each for side in (merge.base, merge.theirs, merge.ours.manifest) for each in side.values()
    }
    manifest: dict[str, Mapping[str, Any]] = {}
    texts: dict[str, bytes] = {}
    for path, content in merge.merge.files(merge.choices).items():
        if not isinstance(content, StoredContent):
            texts[path] = content.text.encode("utf-8")
            manifest[path] = described_bytes(texts[path])
            continue
        manifest[path] = entries[content.digest]
        if merge.ours.manifest.get(path, {}).get("digest") == content.digest:
            if path in merge.ours.texts:
                texts[path] = merge.ours.texts[path]
        elif (text := _text_of(content.digest, merge.ours, merge.base, merge.theirs)) is not None:
            texts[path] = text.encode("utf-8")
    check_file_count(len(manifest))
    ids = {path: file_id for path, file_id in _ids(merge).items() if path in manifest}
    return replace(merge.ours, digest=manifest_digest(manifest), manifest=manifest, texts=texts, file_ids=ids)


def _ids(merge: Merging) -> dict[str, str]:
    """The ids of the project's own files by their path in the result."""
    ids = dict(merge.ours.file_ids)
    for file in merge.merge.changed:
        if file.our_path is not None and file.our_path != file.path and file.our_path in ids:
            ids[file.path] = ids.pop(file.our_path)
    return ids

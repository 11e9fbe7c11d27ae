"""The changes of a draft that can be taken by themselves: read, never written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

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
from forge.reviews.changes.merging import digests_of, renames_between
from forge.reviews.changes.models import ChangeRequest, OfferRound
from rune.editing.merge import SelectableChange, SideFiles, StoredContent, list_changes, selected_changes


@dataclass(frozen=True)
class ChangeSides:
    """The files before and after, and what is between them. `texts` are those that are not stored, by digest."""

    before: Manifest
    after: Manifest
    theirs: SideFiles
    texts: Mapping[str, str] = field(default_factory=dict)

    def text_of(self, digest: str) -> str | None:
        """Returns the text of a file of a side; None if it is no text."""
        if digest in self.texts:
            return self.texts[digest]
        for side in (self.before, self.after):
            for path, entry in side.items():
                if entry["digest"] == digest:
                    return stored_text(path, digest, entry["size"])
        return None

    def changes(self) -> tuple[SelectableChange, ...]:
        """Returns what can be taken by itself."""
        return list_changes(digests_of(self.before), self.theirs, self.text_of)


@dataclass(frozen=True)
class Selection:
    """The changes of an offer as a whole, and the keys of those that are offered now. `whole` is the version that was
    offered as a whole."""

    base: Version
    whole: Version
    sides: ChangeSides
    changes: tuple[SelectableChange, ...]
    keys: frozenset[str]

    @property
    def all_keys(self) -> frozenset[str]:
        return frozenset(each.key for each in self.changes)


def sides_of_draft(base: Version, tree: WorkingTree) -> ChangeSides:
    """Returns the files of a draft as they are now beside those with which it began."""
    before = available_files(base)
    theirs = SideFiles(digests_of(tree.manifest), renames_between(base.file_ids, before, tree.file_ids, tree.manifest))
    texts = {tree.manifest[path]["digest"]: data.decode("utf-8") for path, data in tree.texts.items()}
    return ChangeSides(before, tree.manifest, theirs, texts)


def selection_of(request: ChangeRequest) -> Selection | None:
    """Returns what can be taken of a change request; None of one that comes from no draft, or whose files are gone."""
    source, base = request.source, request.base
    if source is None or source.draft_of_id is None or base is None or request.offered is None:
        return None
    rounds = OfferRound.objects.filter(request=request).select_related("version__project__organisation")
    newest = rounds.last()
    whole = rounds.filter(selection__isnull=True).last()
    if newest is None or whole is None or whole.version is None:
        return None
    before, after = available_files(base), available_files(whole.version)
    renames = renames_between(base.file_ids, before, whole.version.file_ids, after)
    sides = ChangeSides(before, after, SideFiles(digests_of(after), renames))
    changes = sides.changes()
    all_keys = {each.key for each in changes}
    keys = all_keys if newest.selection is None else all_keys.intersection(newest.selection)
    return Selection(base, whole.version, sides, changes, frozenset(keys))


def selected_tree(selection: Selection, keys: Collection[str]) -> WorkingTree:
    """Returns the files of the draft's base with some of the changes alone."""
    sides = selection.sides
    contents = selected_changes(digests_of(sides.before), sides.theirs, sides.text_of, keys)
    entries = {each["digest"]: each for side in (sides.before, sides.after) for each in side.values()}
    manifest: dict[str, Mapping[str, Any]] = {}
    texts: dict[str, bytes] = {}
    for path, content in contents.items():
        text = sides.text_of(content.digest) if isinstance(content, StoredContent) else content.text
        if text is not None:
            texts[path] = text.encode("utf-8")
        manifest[path] = entries[content.digest] if isinstance(content, StoredContent) else described_bytes(texts[path])
    ids = {**selection.whole.file_ids, **selection.base.file_ids}
    own_ids = {path: file_id for path, file_id in ids.items() if path in manifest}
    tree = working_tree(selection.whole.project)
    return replace(tree, digest=manifest_digest(manifest), manifest=manifest, texts=texts, file_ids=own_ids)

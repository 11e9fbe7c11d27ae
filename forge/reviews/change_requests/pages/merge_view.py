"""The merge on the page of a change request: words, the pipeline, conflicts and lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.core.cache import caches

from forge.builds.pages.pipeline_picture import (
    DrawnPipeline,
    PictureLegend,
    drawn_pipeline,
    legend_of,
    marks_of,
    with_removed,
)
from forge.comparison.changes import Comparison, compare
from forge.comparison.line_stretches import FileLines, stretches_of
from forge.comparison.sentences import sentences
from forge.comparison.snapshots import Snapshot
from forge.projects.models import Project, Version
from forge.projects.versions.comparison_source import snapshot_of_files, snapshot_of_tree
from forge.projects.versions.store import Manifest, WorkingTree, available_files, manifest_digest, stored_text
from forge.reviews.changes.merging import Merging
from forge.reviews.changes.models import ChangeRequest
from rune.editing.merge import ConflictKind, MergeChoice, MergeConflict
from rune.editing.merge import Side as MergeSide
from rune.source.runefile import outline_to_json
from rune.wording import listed

MOST_FILES = 12

SIDE_WORDS = {
    MergeSide.OURS: "This project",
    MergeSide.THEIRS: "The fork",
    MergeSide.BOTH: "Both changes",
    MergeSide.WRITTEN: "Another text",
}
FILE_DELETED = "The file is deleted."
NOT_THERE = "Not in this version."
EMPTY = "Empty."
"""The words of the studio's dialog are the same (frontend/src/studio/dialogs/conflicts/steps.ts)."""


@dataclass(frozen=True)
class SideLine:
    """A line of a side, and whether the other ones lack it."""

    text: str
    is_own: bool


@dataclass(frozen=True)
class ShownSide:
    """A side of a conflict: its lines, or a sentence about a missing file or one that is no text."""

    side: MergeSide
    word: str
    lines: tuple[SideLine, ...]
    sentence: str = ""


@dataclass(frozen=True)
class ShownConflict:
    """A conflict as it is drawn. `other_text` is what the field for another text begins with; None where it takes
    none."""

    conflict: MergeConflict
    title: str
    detail: str
    sides: tuple[ShownSide, ...]
    chosen_side: MergeSide | None
    chosen_word: str
    other_text: str | None


@dataclass(frozen=True)
class MergeView:
    """All of it. `others` are the files that differ and are not shown line by line."""

    sentences: tuple[str, ...]
    pipeline: DrawnPipeline | None
    legend: tuple[PictureLegend, ...]
    files: tuple[FileLines, ...]
    others: tuple[str, ...]


def merge_view(project: Project, merge: Merging) -> MergeView:
    """Compares the files, and keeps the result as long as they do not change: reading and comparing them takes a
    while."""
    disputed_stages = tuple(each.name for each in merge.open_conflicts if each.kind is ConflictKind.STAGE)
    key = f"merge:{project.pk}:{merge.ours.digest}:{merge.result.digest}:{','.join(sorted(disputed_stages))}"
    view: MergeView | None = caches["process"].get(key.replace(" ", "_")) if len(key) < 230 else None
    if view is None:
        view = _view(project, merge, disputed_stages)
        if len(key) < 230:
            caches["process"].set(key.replace(" ", "_"), view)
    return view


def _view(project: Project, merge: Merging, disputed_stages: Sequence[str]) -> MergeView:
    then, now = snapshot_of_tree(project, merge.ours), snapshot_of_tree(project, merge.result)
    return _comparison_view(then, now, _texts_of(merge.ours), _texts_of(merge.result), disputed_stages)


def version_view(before: Version, after: Version) -> MergeView:
    """Returns the changes of a fork's files between two versions, without recordings. Cached as `merge_view` is."""
    then, now = available_files(before), available_files(after)
    key = f"offer:{after.project_id}:{manifest_digest(then)}:{manifest_digest(now)}"
    view: MergeView | None = caches["process"].get(key)
    if view is None:
        sides = snapshot_of_files(before, then), snapshot_of_files(after, now)
        view = _comparison_view(*sides, _stored_texts(then), _stored_texts(now), ())
        caches["process"].set(key, view)
    return view


def draft_view(base: Version, files: Project, tree: WorkingTree) -> MergeView:
    """Returns the changes of a draft since it began. Cached as `merge_view` is."""
    then = available_files(base)
    key = f"draft:{files.pk}:{manifest_digest(then)}:{tree.digest}"
    view: MergeView | None = caches["process"].get(key)
    if view is None:
        sides = snapshot_of_files(base, then), snapshot_of_tree(files, tree)
        view = _comparison_view(*sides, _stored_texts(then), _texts_of(tree), ())
        caches["process"].set(key, view)
    return view


Texts = Callable[[str], str | None]
"""The text of the file at a path of a side; None if it is missing or no text."""


def _comparison_view(
    then: Snapshot, now: Snapshot, text_then: Texts, text_now: Texts, disputed_stages: Sequence[str]
) -> MergeView:
    comparison = compare(then, now)
    change_sentences = sentences(comparison)
    picture: DrawnPipeline | None = None
    if now.outline is not None:
        outline: Mapping[str, Any] = outline_to_json(now.outline)
        marks = marks_of(comparison.pipeline, disputed_stages)
        picture = drawn_pipeline(with_removed(outline, comparison.pipeline), marks)
    files, others = _files(comparison, text_then, text_now)
    return MergeView(change_sentences, picture, legend_of(comparison.pipeline, disputed_stages), files, others)


def _files(comparison: Comparison, text_then: Texts, text_now: Texts) -> tuple[tuple[FileLines, ...], tuple[str, ...]]:
    files: list[FileLines] = []
    others: list[str] = []
    for change in comparison.files:
        then = text_then(change.old_path if change.change == "renamed" and change.old_path else change.path)
        now = text_now(change.path)
        is_text = (then is not None or change.before is None) and (now is not None or change.after is None)
        if is_text and len(files) < MOST_FILES and change.has_other_contents:
            lines = stretches_of((then or "").splitlines(), (now or "").splitlines())
            files.append(FileLines(change.path, lines))
        else:
            others.append(f"{change.path} ({change.change})")
    return tuple(files), tuple(others)


def _texts_of(tree: WorkingTree) -> Texts:
    return lambda path: tree.texts[path].decode("utf-8") if path in tree.texts else None


def _stored_texts(manifest: Manifest) -> Texts:
    def text(path: str) -> str | None:
        entry = manifest.get(path)
        return None if entry is None else stored_text(path, entry["digest"], entry["size"])

    return text


def side_words(change: ChangeRequest) -> Mapping[MergeSide, str]:
    """Returns the names of a change request's sides: a fork, or a branch of another repository."""
    return SIDE_WORDS | {MergeSide.THEIRS: "The branch"} if change.is_outside else SIDE_WORDS


def shown_conflicts(merge: Merging, words: Mapping[MergeSide, str]) -> tuple[ShownConflict, ...]:
    """The conflicts, those that wait for a choice first. `words` name the sides (`side_words`)."""
    rows = [_conflict(each, merge, words) for each in merge.conflicts]
    return tuple(sorted(rows, key=lambda each: each.chosen_side is not None))


def _conflict(conflict: MergeConflict, merge: Merging, words: Mapping[MergeSide, str]) -> ShownConflict:
    choice = merge.choice(conflict)
    is_file = conflict.kind is ConflictKind.FILE
    detail = conflict.path if not is_file else "no text" if None not in (conflict.ours, conflict.theirs) else "deleted"
    if conflict.line and not is_file:
        detail = f"{conflict.path}, line {conflict.line}"
    title = conflict.path if is_file else conflict.name
    if is_file and detail == "deleted":
        place = words[MergeSide.OURS if conflict.ours is None else MergeSide.THEIRS]
        detail = f"deleted in {place[0].lower()}{place[1:]}, changed on the other side"
    sides = tuple(_side(conflict, side, merge, words[side]) for side in conflict.sides if side is not MergeSide.WRITTEN)
    is_written = choice is not None and choice.side is MergeSide.WRITTEN
    other_text = choice.text if choice is not None and is_written else conflict.ours or conflict.theirs
    return ShownConflict(
        conflict,
        title,
        detail,
        sides,
        None if choice is None else choice.side,
        "" if choice is None else words[choice.side],
        other_text or "" if MergeSide.WRITTEN in conflict.sides else None,
    )


def _side(conflict: MergeConflict, side: MergeSide, merge: Merging, word: str) -> ShownSide:
    text, base = conflict.resolution(MergeChoice(side)), conflict.base
    if conflict.kind is ConflictKind.FILE and text is not None:
        digest, text = text, merge.text_of(text)
        if text is None:
            return ShownSide(side, word, (), f"A file with the digest {digest[:19]}…")
        base = None if base is None else merge.text_of(base)
    if text is None:
        sentence = FILE_DELETED if conflict.kind is ConflictKind.FILE else NOT_THERE
        return ShownSide(side, word, (), sentence)
    if not text:
        return ShownSide(side, word, (), EMPTY)
    return ShownSide(side, word, _lines(base or "", text))


def _lines(base: str, text: str) -> tuple[SideLine, ...]:
    """The first lines of it, marked where they differ from what both had."""
    then, now = base.splitlines()[:400], text.splitlines()[:400]
    own: set[int] = set()
    for tag, _, _, first, last in SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        if tag != "equal":
            own |= set(range(first, last))
    return tuple(SideLine(line, number in own) for number, line in enumerate(now))


def left_in_words(merge: Merging) -> str:
    """Returns which conflicts wait for a choice."""
    names = [each.name for each in merge.open_conflicts]
    return listed(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")

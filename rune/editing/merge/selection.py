"""Taking some of what a side changed: its changes by stage, what each of them needs, and the files with some alone.

A change is a stage of the Runefile with the files that this stage alone uses, another part of the Runefile, or a file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from rune.editing.merge.files import Content, Digests, SideFiles, StoredContent, TextContent
from rune.editing.merge.pieces import END, STAGES, Key, merged_order
from rune.editing.merge.runefile_side import RunefileSide, runefile_side
from rune.editing.merge.selected_text import LINE_ENDS, ORDER, selected_text
from rune.source.runefile import RUNEFILE_NAMES

_TEST_ENDING = "_test.py"


class SelectionKind(StrEnum):
    """The kind of a change that can be taken by itself."""

    STAGE = "stage"
    PART = "part"
    """Another part of the Runefile."""
    FILE = "file"


@dataclass(frozen=True)
class ChangedFile:
    """A file of a change as a whole. `path` is None of a removed file, and `old_path` of an added one."""

    path: str | None
    old_path: str | None

    @property
    def name(self) -> str:
        """The path by which people know it."""
        return self.path or self.old_path or ""


@dataclass(frozen=True)
class SelectableChange:
    """A change that can be taken by itself. `change` is "added", "removed", "renamed" or "changed".

    `needs` are the keys of the changes without which it makes no sense. `before` and `after` are its text in the
    Runefile, and `line` is where it begins there, from 1.
    """

    key: str
    kind: SelectionKind
    name: str
    change: str
    files: tuple[ChangedFile, ...]
    pieces: tuple[Key, ...]
    needs: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    line: int = 0


Texts = Callable[[str], str | None]
"""Reads what a digest names; None where that is no text."""


def list_changes(base: Digests, theirs: SideFiles, text_of: Texts) -> tuple[SelectableChange, ...]:
    """Returns what a side changed, the stages in their order first."""
    return _FilePair(base, theirs, text_of).changes


def selected_changes(base: Digests, theirs: SideFiles, text_of: Texts, keys: Collection[str]) -> dict[str, Content]:
    """Returns the files of the base with the changes of these keys alone, by path."""
    sides = _FilePair(base, theirs, text_of)
    changes = [each for each in sides.changes if each.key in keys]
    if len(changes) == len(sides.changes):
        return {path: StoredContent(digest) for path, digest in theirs.digests.items()}
    files: dict[str, Content] = {path: StoredContent(digest) for path, digest in base.items()}
    for file in (file for each in changes for file in each.files if file.old_path is not None):
        files.pop(file.old_path or "", None)
    for file in (file for each in changes for file in each.files if file.path is not None):
        files[file.name] = StoredContent(theirs.digests[file.name])
    pieces = {key for each in changes for key in each.pieces}
    if sides.runefiles is not None and pieces:
        files[sides.runefile] = TextContent(selected_text(*sides.runefiles, pieces))
    return files


def missing_needs(changes: Iterable[SelectableChange], keys: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Returns the names of the changes that are left out although a selected one needs them, by that one's name."""
    changes = tuple(changes)
    names = {each.key: each.name for each in changes}
    needs = {
        each.name: tuple(names[key] for key in each.needs if key not in keys) for each in changes if each.key in keys
    }
    return {name: others for name, others in needs.items() if others}


class _FilePair:
    """Both sides, and what is between them."""

    def __init__(self, base: Digests, theirs: SideFiles, text_of: Texts) -> None:
        self._base, self._theirs = base, theirs
        self.runefile = next((name for name in RUNEFILE_NAMES if name in theirs.digests), "")
        self.runefiles = self._divided(text_of)

    def _divided(self, text_of: Texts) -> tuple[RunefileSide, RunefileSide] | None:
        """Returns the Runefiles of both sides in pieces; None where one is missing or cannot be divided."""
        digests = (self._base.get(self.runefile), self._theirs.digests.get(self.runefile))
        then, now = (None if digest is None else text_of(digest) for digest in digests)
        if then is None or now is None:
            return None
        sides = runefile_side(then, now), runefile_side(now, then)
        return None if sides[0] is None or sides[1] is None else (sides[0], sides[1])

    @cached_property
    def changes(self) -> tuple[SelectableChange, ...]:
        files: dict[str, list[ChangedFile]] = {}
        for file in self._changed_files():
            files.setdefault(self._key_of_file(file), []).append(file)
        pieces: dict[str, list[Key]] = {}
        for piece in self._changed_pieces():
            pieces.setdefault(self._key_of_piece(piece), []).append(piece)
        keys = sorted({*files, *pieces}, key=self._place)
        changes = {key: self._change(key, tuple(files.get(key, ())), tuple(pieces.get(key, ()))) for key in keys}
        return tuple(replace(each, needs=self._needs(each, changes)) for each in changes.values())

    def _changed_files(self) -> Iterator[ChangedFile]:
        former = {path: was for path, was in self._theirs.former_paths.items() if path in self._theirs.digests}
        for path, digest in sorted(self._theirs.digests.items()):
            if path == self.runefile and self.runefiles is not None:
                continue
            was = former.get(path) if path not in self._base else path
            if was not in self._base:
                yield ChangedFile(path, None)
            elif was != path or self._base[path] != digest:
                yield ChangedFile(path, was)
        deleted_paths = self._base.keys() - self._theirs.digests.keys() - set(former.values())
        yield from (ChangedFile(None, path) for path in sorted(deleted_paths))

    def _changed_pieces(self) -> Iterator[Key]:
        if self.runefiles is None:
            return
        then, now = self.runefiles
        for key in merged_order(list(then.pieces), list(then.pieces), list(now.pieces)):
            is_header = len(key) == 1 and (key not in then.pieces or key not in now.pieces) and key in _DIVIDED
            if then.plain(key) != now.plain(key) and not is_header:
                yield key
        if then.line_end != now.line_end:
            yield LINE_ENDS
        common = then.pieces.keys() & now.pieces.keys()
        if [key for key in then.pieces if key in common] != [key for key in now.pieces if key in common]:
            yield ORDER

    def _key_of_file(self, file: ChangedFile) -> str:
        users = self._users(file.path, file.old_path)
        return f"stage:{users[0]}" if len(users) == 1 else f"file:{file.name}"

    def _key_of_piece(self, key: Key) -> str:
        if key[0] == STAGES and len(key) == 2 and key[1] != END:
            return f"stage:{key[1]}"
        if key[0] == "resources" and len(key) == 2 and self.runefiles is not None:
            users = {name for side in self.runefiles for name in side.stages_with_resource(key[1])}
            if len(users) == 1:
                return f"stage:{users.pop()}"
        return f"part:{'.'.join(key)}"

    def _users(self, path: str | None, old_path: str | None) -> list[str]:
        """Returns the stages that use a file, in either side."""
        if self.runefiles is None:
            return []
        then, now = self.runefiles
        users = [*(now.stages_with_file(_tested(path)) if path else ())]
        users += [*(then.stages_with_file(_tested(old_path)) if old_path else ())]
        return list(dict.fromkeys(users))

    def _place(self, key: str) -> tuple[int, int, str]:
        """Returns where a change stands in the list: stages as in the pipeline, parts, files."""
        kind, _, name = key.partition(":")
        if kind != "stage" or self.runefiles is None:
            return (1 if kind == "part" else 2, 0, key)
        order = merged_order(*([*each.pieces] for each in (self.runefiles[0], *self.runefiles)))
        return (0, order.index((STAGES, name)) if (STAGES, name) in order else len(order), key)

    def _change(self, key: str, files: tuple[ChangedFile, ...], pieces: tuple[Key, ...]) -> SelectableChange:
        kind, _, name = key.partition(":")
        change, before, after, line = self._file_change(files), "", "", 0
        if self.runefiles is not None and pieces:
            then, now = self.runefiles
            before, after = (side.text_of(pieces) for side in (then, now))
            line = min((side.lines[each] for each in pieces for side in (now,) if each in side.lines), default=1)
        if kind == "stage" and self.runefiles is not None:
            then, now = self.runefiles
            change = _word(name in then.stages, name in now.stages)
        elif kind == "part":
            change = _word(bool(before) or not after, bool(after) or not before)
        return SelectableChange(
            key, SelectionKind(kind), _PART_NAMES.get(key, name), change, files, pieces, (), before, after, line
        )

    def _file_change(self, files: tuple[ChangedFile, ...]) -> str:
        if len(files) != 1:
            return "changed"
        file = files[0]
        is_renamed = file.path is not None and file.old_path not in (None, file.path)
        return "renamed" if is_renamed else _word(file.old_path is not None, file.path is not None)

    def _needs(self, change: SelectableChange, changes: Mapping[str, SelectableChange]) -> tuple[str, ...]:
        """Returns the keys of the changes without which this one leaves something behind that is not there."""
        if self.runefiles is None:
            return ()
        needs = [*self._needs_of_what_came(change), *self._needs_of_what_went(change)]
        return tuple(key for key in dict.fromkeys(needs) if key in changes and key != change.key)

    def _needs_of_what_came(self, change: SelectableChange) -> Iterator[str]:
        """Yields the changes that add what the stage of this change uses now."""
        if change.kind is not SelectionKind.STAGE or self.runefiles is None:
            return
        then, now = self.runefiles
        stage = now.stages.get(change.name)
        if stage is None:
            return
        yield from (f"stage:{name}" for name in stage.inputs if name not in then.stages)
        for path in stage.files:
            if path not in self._base:
                yield self._key_of_file(ChangedFile(path, self._theirs.former_paths.get(path)))
        yield from (
            self._key_of_piece(("resources", name))
            for name in stage.resources
            if ("resources", name) not in then.pieces
        )

    def _needs_of_what_went(self, change: SelectableChange) -> Iterator[str]:
        """Yields the changes of the stages that used what this change takes away."""
        if self.runefiles is None:
            return
        then, now = self.runefiles
        if change.kind is SelectionKind.STAGE and change.change == "removed":
            yield from (f"stage:{name}" for name, stage in then.stages.items() if change.name in stage.inputs)
        for file in change.files:
            if file.old_path is not None and file.old_path != file.path:
                yield from (f"stage:{name}" for name in then.stages_with_file(file.old_path))
        for key in change.pieces:
            if key[0] == "resources" and len(key) == 2 and key not in now.pieces:
                yield from (f"stage:{name}" for name in then.stages_with_resource(key[1]))


_DIVIDED = ((STAGES,), ("resources",))
_PART_NAMES = {
    "part:pipeline": "Comments of the pipeline",
    "part:pipeline.": "Comments below the pipeline",
    "part:resources": "Comments of the resources",
    "part:resources.": "Comments below the resources",
    "part:": "Comments at the end",
    f"part:{'.'.join(LINE_ENDS)}": "Line ends",
    f"part:{'.'.join(ORDER)}": "Order in the file",
}


def _word(was_there: bool, is_there: bool) -> str:
    if was_there and is_there:
        return "changed"
    return "added" if is_there else "removed"


def _tested(path: str) -> str:
    """Returns the path of the block that a file tests; that of the file itself where it is no test."""
    return f"{path.removesuffix(_TEST_ENDING)}.py" if path.endswith(_TEST_ENDING) else path

"""Merging the files of two sides: which files each side added, changed, renamed and removed, by their digests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rune.editing.merge.conflicts import ConflictKind, MergeChoice, MergeConflict, MergedText, Side
from rune.editing.merge.lines import merge_lines
from rune.editing.merge.runefile import merge_runefile
from rune.source.runefile import RUNEFILE_NAMES

Digests = Mapping[str, str]
"""`{path: digest}`."""


@dataclass(frozen=True)
class SideFiles:
    """A side's files. `former_paths` has the former path of each that was renamed since the base, by its path now."""

    digests: Digests
    former_paths: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredContent:
    """The contents of a file that is there already."""

    digest: str


@dataclass(frozen=True)
class TextContent:
    """The contents of a text that came of merging."""

    text: str


Content = StoredContent | TextContent


@dataclass(frozen=True)
class FileMerge:
    """The merged state of a file that a side changed: its contents, None if it is deleted.

    `path` is its path in the result; the others are its paths in the base and with us, None where it was not there.
    """

    path: str
    base_path: str | None
    our_path: str | None
    result: StoredContent | MergedText | MergeConflict | None

    @property
    def conflicts(self) -> tuple[MergeConflict, ...]:
        if isinstance(self.result, MergedText):
            return self.result.conflicts
        return (self.result,) if isinstance(self.result, MergeConflict) else ()


@dataclass(frozen=True)
class FilesMerge:
    """The files of the result: those that no side changed, and what became of the others, by path."""

    same: Digests
    changed: tuple[FileMerge, ...]

    @property
    def conflicts(self) -> tuple[MergeConflict, ...]:
        return tuple(conflict for file in self.changed for conflict in file.conflicts)

    def without_clashes(self, choices: Mapping[str, MergeChoice]) -> dict[str, MergeChoice]:
        """The choices without those of each side that would keep files which cannot stand beside each other."""
        paths: dict[Side, dict[str, str]] = {Side.OURS: {}, Side.THEIRS: {}}
        for each in self.conflicts:
            choice = choices.get(each.key)
            if each.kind is ConflictKind.FILE and choice is not None and each.resolution(choice) is not None:
                paths[choice.side][each.key] = each.path
        clashing = {
            key
            for side, other in ((Side.OURS, Side.THEIRS), (Side.THEIRS, Side.OURS))
            for key, path in paths[side].items()
            if _clashes(path, [name for name in paths[other].values() if name != path])
        }
        return {key: choice for key, choice in choices.items() if key not in clashing}

    def files(self, choices: Mapping[str, MergeChoice]) -> dict[str, Content]:
        """The files with what was chosen, by path; where nothing was, ours."""
        contents: dict[str, Content] = {path: StoredContent(digest) for path, digest in self.same.items()}
        for file in self.changed:
            content = _content(file.result, choices)
            if content is not None:
                contents[file.path] = content
        return contents


def _content(
    result: StoredContent | MergedText | MergeConflict | None, choices: Mapping[str, MergeChoice]
) -> Content | None:
    match result:
        case MergedText():
            return TextContent(result.text(choices))
        case MergeConflict():
            digest = result.resolution(choices.get(result.key))
            return None if digest is None else StoredContent(digest)
        case _:
            return result


def merge_files(base: Digests, ours: SideFiles, theirs: SideFiles, text_of: Callable[[str], str | None]) -> FilesMerge:
    """Merges files. `text_of` reads what a digest names; None where that is no text."""
    our_moves, their_moves = _moves(base, ours, theirs), _moves(base, theirs, ours)
    for path in our_moves.keys() & their_moves.keys():
        if our_moves[path] != their_moves[path]:
            # Both gave it another name: both names are kept.
            del our_moves[path], their_moves[path]
    same: dict[str, str] = {}
    changed = []
    paths = {*base, *_new(ours, our_moves), *_new(theirs, their_moves)}
    for path in sorted(paths):
        our_path, their_path = our_moves.get(path, path), their_moves.get(path, path)
        target = our_path if our_path != path else their_path
        then, now, other = base.get(path), ours.digests.get(our_path), theirs.digests.get(their_path)
        if then == now == other and target == path:
            if now is not None:
                same[path] = now
            continue
        if target != path and (now is None or other is None):
            # One gave it another name and the other deleted it.
            result: StoredContent | MergedText | MergeConflict | None = MergeConflict(
                target, ConflictKind.FILE, target, then, now, other
            )
        else:
            result = _merge(target, then, now, other, text_of)
        changed.append(FileMerge(target, path if then else None, our_path if now else None, result))
    return FilesMerge(same, tuple(_with_clashes(changed, ours.digests, theirs.digests)))


def _with_clashes(changed: Sequence[FileMerge], ours: Digests, theirs: Digests) -> Iterator[FileMerge]:
    """Makes a conflict of files that cannot stand beside one of the other side: one has the name of the other's folder,
    or they differ in upper and lower case alone, which many computers do not tell apart."""
    there = [file.path for file in changed if file.result is not None]
    only_ours, only_theirs = ([each for each in there if each in a and each not in b] for a, b in (
        (ours, theirs), (theirs, ours),
    ))  # fmt: skip
    for file in changed:
        digest = file.result.digest if isinstance(file.result, StoredContent) else None
        other = only_theirs if file.path in ours else only_ours
        if digest is None or (file.path in ours and file.path in theirs) or not _clashes(file.path, other):
            yield file
            continue
        now, their_digest = (digest if file.path in side else None for side in (ours, theirs))
        yield replace(file, result=MergeConflict(file.path, ConflictKind.FILE, file.path, None, now, their_digest))


def _clashes(path: str, others: Sequence[str]) -> bool:
    name = path.casefold()
    names = [other.casefold() for other in others]
    return any(name == other or name.startswith(f"{other}/") or other.startswith(f"{name}/") for other in names)


def former_paths(base: Digests, side: Digests) -> dict[str, str]:
    """The former path of each file that has another name and the same bytes, where that is certain."""
    deleted_files = {path: digest for path, digest in base.items() if path not in side}
    came = {path: digest for path, digest in side.items() if path not in base}
    renames = {}
    for path, digest in came.items():
        former = [was for was, old_digest in deleted_files.items() if old_digest == digest]
        if len(former) == 1 and list(came.values()).count(digest) == 1:
            renames[path] = former[0]
    return renames


def _moves(base: Digests, side: SideFiles, other: SideFiles) -> dict[str, str]:
    """The new path of each file that a side renamed, by its path in the base; not to where the other side has one."""
    return {
        was: path
        for path, was in side.former_paths.items()
        if was in base and was not in side.digests and path in side.digests
        if path not in base and (path not in other.digests or other.former_paths.get(path) == was)
    }


def _new(side: SideFiles, moves: Mapping[str, str]) -> set[str]:
    return set(side.digests) - set(moves.values())


def _merge(
    path: str, base: str | None, ours: str | None, theirs: str | None, text_of: Callable[[str], str | None]
) -> StoredContent | MergedText | MergeConflict | None:
    if ours in (theirs, base):
        return None if theirs is None else StoredContent(theirs)
    if theirs == base:
        return None if ours is None else StoredContent(ours)
    if ours is not None and theirs is not None:
        then = "" if base is None else text_of(base)
        now, other = text_of(ours), text_of(theirs)
        if then is not None and now is not None and other is not None:
            merge = merge_runefile if path in RUNEFILE_NAMES else merge_lines
            return merge(path, then, now, other)
    return MergeConflict(path, ConflictKind.FILE, path, base, ours, theirs)

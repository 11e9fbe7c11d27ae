"""The changes of files, pipeline and models from one side to another, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forge.comparison.snapshots import ModelFacts, Snapshot
from rune.source.runefile import Outline
from rune.source.runefile.outline import NodeArgument, OutlineNode, Wire

Change = Literal["added", "removed", "changed", "same"]
FileState = Mapping[str, Any]
"""`{"digest", "size"}`."""
WireEnds = tuple[str, int, str, int]


@dataclass(frozen=True)
class FileChange:
    """A file that differs. `path` is its later path, or the one that it had; `old_path` its earlier one."""

    change: Literal["added", "removed", "changed", "renamed"]
    path: str
    old_path: str | None
    before: FileState | None
    after: FileState | None

    @property
    def has_other_contents(self) -> bool:
        """Whether its contents differ: a file may only be renamed."""
        return self.before is None or self.after is None or self.before["digest"] != self.after["digest"]


@dataclass(frozen=True)
class ArgumentChange:
    """An argument that differs, with what is given: None where it is left out, so that the default holds.

    `file` is the later file, or the earlier one, that contains its text. Where the text is not known, `is_text_known`
    is False, and the values are those of the Runefile.
    """

    name: str
    before: str | None
    after: str | None
    file: str | None = None
    is_text_known: bool = True


@dataclass(frozen=True)
class StageChange:
    """The change of a stage; at least one of both sides has it. `is_replaced` says that it does the same with a file
    of other contents: another model, or other code."""

    change: Change
    before: OutlineNode | None
    after: OutlineNode | None
    arguments: tuple[ArgumentChange, ...] = ()
    is_replaced: bool = False

    @property
    def node(self) -> OutlineNode:
        """The stage as it is now, or as it was where it is gone."""
        node = self.after or self.before
        if node is None:
            raise ValueError("a stage is on one of the sides at least")
        return node

    @property
    def is_another(self) -> bool:
        """Whether the stage is of another kind now, or does something else."""
        before, after = self.before, self.after
        if before is None or after is None:
            return False
        return (before.kind, before.detail) != (after.kind, after.detail)


@dataclass(frozen=True)
class WireChange:
    """The change of a wire; a changed one carries another type."""

    change: Change
    wire: Wire
    type_before: str | None = None


@dataclass(frozen=True)
class PipelineChange:
    """All stages and wires of both sides. Of a broken Runefile only the part that can be read is compared."""

    stages: tuple[StageChange, ...]
    wires: tuple[WireChange, ...]
    was_broken: bool = False
    is_broken: bool = False


@dataclass(frozen=True)
class ModelChange:
    """A model whose file differs, with what each side knows of it."""

    path: str
    before: ModelFacts | None
    after: ModelFacts | None


@dataclass(frozen=True)
class Comparison:
    """All that differs. `pipeline` is None where one of the sides cannot tell its own."""

    files: tuple[FileChange, ...]
    pipeline: PipelineChange | None
    models: tuple[ModelChange, ...]


def compare(before: Snapshot, after: Snapshot) -> Comparison:
    """Returns the changes from the one side to the other."""
    files = compare_files(before, after)
    return Comparison(files, compare_pipelines(before, after), compare_models(before, after, files))


def compare_files(before: Snapshot, after: Snapshot) -> tuple[FileChange, ...]:
    """The files that differ, by path. Two are the same file when they have one id, else when they have one path."""
    new_paths = _new_paths(before, after)
    target_paths = set(new_paths.values())
    changes = []
    for path in before.manifest.keys() | after.manifest.keys():
        old, new = before.manifest.get(path), after.manifest.get(path)
        if path in new_paths:
            changes.append(FileChange("renamed", new_paths[path], path, old, after.manifest[new_paths[path]]))
            # Another file may have its path now.
            old = None
        if path in target_paths or (old is None and new is None):
            continue
        if old is None:
            changes.append(FileChange("added", path, None, None, new))
        elif new is None:
            changes.append(FileChange("removed", path, path, old, None))
        elif old["digest"] != new["digest"]:
            changes.append(FileChange("changed", path, path, old, new))
    return tuple(sorted(changes, key=lambda each: each.path))


def _new_paths(before: Snapshot, after: Snapshot) -> dict[str, str]:
    """The new path of each file that was renamed, by its old one."""
    now_at = {file_id: path for path, file_id in after.file_ids.items() if path in after.manifest}
    new_paths = {}
    for path, file_id in before.file_ids.items():
        now = now_at.get(file_id)
        # A path that both sides have is compared with itself, whatever became of the ids.
        if path in before.manifest and now is not None and now != path and now not in before.manifest:
            new_paths[path] = now
    return new_paths


def compare_pipelines(before: Snapshot, after: Snapshot) -> PipelineChange | None:
    """Returns the changes of each stage and each wire: those of the later side first, then the removed ones."""
    if before.outline is None or after.outline is None:
        return None
    return PipelineChange(
        _stages(before, before.outline, after, after.outline),
        _wires(before.outline, after.outline),
        was_broken=before.is_broken,
        is_broken=after.is_broken,
    )


def _stages(before: Snapshot, then: Outline, after: Snapshot, now: Outline) -> tuple[StageChange, ...]:
    old = {node.name: node for node in then.nodes}
    new = {node.name: node for node in now.nodes}
    changes = []
    for name, node in new.items():
        was = old.get(name)
        if was is None:
            changes.append(StageChange("added", None, node))
        else:
            changes.append(_stage(before, was, after, node))
    changes += [StageChange("removed", node, None) for name, node in old.items() if name not in new]
    return tuple(changes)


def _stage(before: Snapshot, was: OutlineNode, after: Snapshot, node: OutlineNode) -> StageChange:
    is_another = (was.kind, was.detail) != (node.kind, node.detail)
    is_replaced = not is_another and _has_other_file(was, before, node, after)
    arguments = compare_arguments(before, was, after, node) if _has_same_arguments(was, node) else ()
    differs = is_another or is_replaced or arguments
    return StageChange("changed" if differs else "same", was, node, arguments, is_replaced)


def _has_same_arguments(was: OutlineNode, node: OutlineNode) -> bool:
    """Returns whether both take the same arguments: `SOUND 16 kHz` and `SOUND 8 kHz` do, and two blocks do not."""
    return (was.kind, was.detail.partition(" ")[0]) == (node.kind, node.detail.partition(" ")[0])


def compare_arguments(
    before: Snapshot, was: OutlineNode, after: Snapshot, node: OutlineNode
) -> tuple[ArgumentChange, ...]:
    """The arguments that differ, in the later order. Nothing where a side does not tell its own."""
    if was.arguments is None or node.arguments is None:
        return ()
    old = {argument.name: argument for argument in was.arguments}
    new = {argument.name: argument for argument in node.arguments}
    changes = (_argument(name, before, old.get(name), after, new.get(name)) for name in {**new, **old})
    return tuple(change for change in changes if change is not None)


def _argument(
    name: str, before: Snapshot, was: NodeArgument | None, after: Snapshot, now: NodeArgument | None
) -> ArgumentChange | None:
    file = (now.file if now else None) or (was.file if was else None)
    old_text, new_text = _argument_text(before, was), _argument_text(after, now)
    if old_text.digest is None and new_text.digest is None:
        return None if old_text.text == new_text.text else ArgumentChange(name, old_text.text, new_text.text, file)
    return (
        None if old_text == new_text else ArgumentChange(name, old_text.text, new_text.text, file, is_text_known=False)
    )


@dataclass(frozen=True)
class _ArgumentText:
    """The text of an argument, None where it is omitted. `digest` names the contents of a file that was not read."""

    text: str | None
    digest: str | None = None


def _argument_text(side: Snapshot, argument: NodeArgument | None) -> _ArgumentText:
    if argument is None:
        return _ArgumentText(None)
    if argument.file is None:
        return _ArgumentText(argument.value)
    text = side.texts.get(argument.file)
    return _ArgumentText(argument.value, side.digest(argument.file) or "") if text is None else _ArgumentText(text)


def _has_other_file(was: OutlineNode, before: Snapshot, node: OutlineNode, after: Snapshot) -> bool:
    then, now = before.digest(was.file), after.digest(node.file)
    return then is not None and now is not None and then != now


def _wires(then: Outline, now: Outline) -> tuple[WireChange, ...]:
    old, new = _by_ends(then), _by_ends(now)
    changes = []
    for ends, wire in new.items():
        was = old.get(ends)
        if was is None:
            changes.append(WireChange("added", wire))
        else:
            changes.append(WireChange("same" if was.type == wire.type else "changed", wire, was.type))
    changes += [WireChange("removed", wire) for ends, wire in old.items() if ends not in new]
    return tuple(changes)


def _by_ends(outline: Outline) -> dict[WireEnds, Wire]:
    return {(wire.source, wire.source_index, wire.target, wire.target_index): wire for wire in outline.wires}


def compare_models(before: Snapshot, after: Snapshot, files: tuple[FileChange, ...]) -> tuple[ModelChange, ...]:
    """The models whose files differ, by path. One that was renamed is the same model."""
    old_path = {each.path: each.old_path for each in files if each.change == "renamed"}
    new_path = {was: path for path, was in old_path.items()}
    changes = []
    for path in sorted({new_path.get(path, path) for path in before.models} | after.models.keys()):
        was = old_path.get(path, None if path in new_path else path)
        if before.digest(was) != after.digest(path):
            changes.append(ModelChange(path, None if was is None else before.models.get(was), after.models.get(path)))
    return tuple(changes)

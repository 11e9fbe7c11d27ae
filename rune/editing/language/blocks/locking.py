"""The updates of a lock when the graph adds a block of another project."""

from __future__ import annotations

from collections.abc import Iterator

from rune.blocks.shared_path import SharedPath, parse_shared_path
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph.edit import AddStage, GraphEdit, SetTarget, Several
from rune.source.runefile import Edit
from rune.source.runefile.blocks.lock import LOCK_FILE, lock_text
from rune.source.runefile.blocks.python_blocks import AvailableBlocks


def lock_edits(analysis: Analysis, edit: GraphEdit | Several) -> tuple[Edit, ...]:
    """The edit of the lock that belongs to an edit of the graph; none where it takes no block that is new to it.

    It may be of a lock that is not there yet: then it begins one.
    """
    if not isinstance(analysis.blocks, AvailableBlocks):
        return ()
    shared_blocks = analysis.blocks.shared_blocks
    new_blocks = [
        (path, shared_blocks.shelf_version(path))
        for path in dict.fromkeys(_shared_blocks(edit))
        if path not in shared_blocks.lock.digests
    ]
    digests = [(path, shelf_version.digest) for path, shelf_version in new_blocks if shelf_version is not None]
    if not digests:
        return ()
    source = shared_blocks.lock.source
    return (Edit(LOCK_FILE, source.span(0, len(source.text)), lock_text(source.text, digests)),)


def _shared_blocks(edit: GraphEdit | Several) -> Iterator[SharedPath]:
    for each in edit.edits if isinstance(edit, Several) else (edit,):
        path = parse_shared_path(each.target.strip()) if isinstance(each, AddStage | SetTarget) else None
        if path is not None:
            yield path

"""Going from a name of a block to where it is given and used, and giving it another."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterator

from rune.editing.language.blocks.analysis import BlockAnalysis, named_nodes
from rune.editing.language.names.navigation import Location, RenameRefused
from rune.pyblock.checking.scope import RESERVED_NAMES
from rune.source.runefile import Edit, Span


def uses(analysis: BlockAnalysis, offset: int) -> tuple[Location, ...]:
    """Returns all places where the name at an offset is used, in the order of the text."""
    span = analysis.word_at(offset)
    if span is None:
        return ()
    spans = {analysis.span_of(node) for node in _nodes(analysis, offset, analysis.text_of(span))}
    if span not in spans:
        return ()
    return tuple(Location(analysis.source.file, each) for each in sorted(spans, key=lambda each: each.start))


def first_use(analysis: BlockAnalysis, offset: int) -> tuple[Location, ...]:
    """Returns where the name at an offset gets its value first."""
    return uses(analysis, offset)[:1]


def _nodes(analysis: BlockAnalysis, offset: int, name: str) -> Iterator[ast.AST]:
    """The nodes that mean the same: in one function for what it names itself, else in the whole file."""
    tree, function, scope = analysis.checked_file.tree, analysis.function_at(offset), analysis.scope_at(offset)
    if tree is None or name in RESERVED_NAMES:
        return
    if function is not None and scope is not None and name in scope.bindings:
        yield from named_nodes(function, name)
        return
    for node in tree.body:
        own = analysis.checked_file.scopes.get(node) if isinstance(node, ast.FunctionDef) else None
        if own is None or name not in own.bindings:
            yield from named_nodes(node, name)


def rename_in_block(analysis: BlockAnalysis, offset: int, name: str) -> tuple[Edit, ...]:
    """The edits that give the name at an offset another. Raises `RenameRefused`."""
    spans = uses(analysis, offset)
    if not spans:
        raise RenameRefused("There is nothing here that can be renamed")
    if not name.isidentifier() or keyword.iskeyword(name):
        raise RenameRefused(f"{name[:40]!r} is not a Python name")
    scope = analysis.scope_at(offset)
    names_in_scope = set() if scope is None else {*scope.bindings, *scope.file.constants, *scope.file.helpers}
    if name in RESERVED_NAMES or name in names_in_scope:
        raise RenameRefused(f"{name} already has a meaning")
    signature = analysis.checked_file.signature
    if signature is not None and any(analysis.text_of(each.span) == signature.name for each in spans):
        raise RenameRefused("The block has the name of its file: rename the file and the function together")
    return tuple(Edit(each.file, each.span, name) for each in spans)


def renamable(analysis: BlockAnalysis, offset: int) -> Span | None:
    """The name at an offset, where it can have another."""
    return analysis.word_at(offset) if uses(analysis, offset) else None

"""A block of the catalogue that is written in Python, or of another project, as a file of the project itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rune.blocks.in_python import source_of
from rune.editing.language.blocks.new import NewBlockRefused, With
from rune.editing.language.blocks.run import shared_block_of
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph.edit import GraphEditRefused, SetTarget, edit_graph
from rune.pyblock.checking.block import read_file
from rune.pyblock.checking.signature import UnfitInput, bind
from rune.source.runefile import Edit, check
from rune.source.runefile.blocks.python_blocks import AvailableBlocks
from rune.source.runefile.syntax import StageSyntax
from rune.tensor import TensorType


@dataclass(frozen=True)
class CopiedBlock:
    """The file to be made, and the edits of the Runefile that run it. `text` is None where it is there already."""

    path: str
    text: str | None
    edits: tuple[Edit, ...]


def copy_block(analysis: Analysis, stage_name: str) -> CopiedBlock:
    """The block of a stage as the project's own. Raises `NewBlockRefused`."""
    stage = next((each for each in analysis.checked_runefile.syntax.stages if each.name.text == stage_name), None)
    block = None if stage is None else analysis.block_of(stage)
    shared_block = None if stage is None else shared_block_of(analysis, stage)
    if stage is None or block is None or (block.source is None and shared_block is None):
        raise NewBlockRefused(f"{stage_name} is not a block of the catalogue that is written in Python.")
    type_ = _input_type(analysis, stage)
    if block.source is not None:
        path, text = block.source.name, source_of(block.source, type_.element)
    elif shared_block is not None:
        path, text = f"{shared_block.path.block.name}.py", shared_block.source
    _require_fit(path, text, type_)
    is_there = path in analysis.files.paths()
    if is_there and analysis.text_file(path) != text:
        raise NewBlockRefused(f"A different file {path} already exists. Rename it first.")
    overlay = With(analysis.files, {path: text})
    checked_runefile = check(overlay, analysis.blocks, runefile=analysis.runefile, signatures=analysis.signatures)
    to_be = replace(
        analysis, files=overlay, blocks=AvailableBlocks(analysis.blocks, overlay), checked_runefile=checked_runefile
    )
    try:
        edits = edit_graph(to_be, SetTarget(stage_name, f"./{path}"))
    except GraphEditRefused as error:
        raise NewBlockRefused(error.reason) from error
    return CopiedBlock(path, None if is_there else text, edits)


def _input_type(analysis: Analysis, stage: StageSyntax) -> TensorType:
    types = [
        stage_types[each.index] if each.index < len(stage_types) else None
        for each in stage.inputs
        for stage_types in (analysis.checked_runefile.types.get(each.stage, ()),)
    ]
    if not types or types[0] is None:
        raise NewBlockRefused(f"It is not known what {stage.name.text} reads. Fix the problems before it first.")
    return types[0]


def _require_fit(path: str, text: str, type_: TensorType) -> None:
    """The catalogue's block takes any dimensions, and its source those that it names."""
    signature = read_file(path, text).signature
    if signature is None:
        raise NewBlockRefused(f"{path} has no signature.")
    try:
        bind(signature, [type_] * len(signature.inputs))
    except UnfitInput as error:
        raise NewBlockRefused(f"Its source takes numbers in a row, and this wire carries {type_}.") from error

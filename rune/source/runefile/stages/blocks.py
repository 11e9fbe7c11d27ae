"""Checking a stage that runs a proc-block: which block it is, its arguments, and whether it can take its inputs."""

from __future__ import annotations

from dataclasses import dataclass

from rune.blocks.meaning import Meaning
from rune.blocks.paths import PUBLISHED_PREFIX, BlockPath, parse_block_path
from rune.blocks.resolver import BlockResolver
from rune.blocks.shared_path import parse_shared_name, parse_shared_path
from rune.blocks.signature import Block, BlockError, BlockOutput, RunTimeInput
from rune.port import Port
from rune.source.runefile.advice.inserted_stage import Insert
from rune.source.runefile.advice.repairs import repairs_of_block
from rune.source.runefile.blocks.broken_block import BrokenBlock
from rune.source.runefile.blocks.python_blocks import AvailableBlocks, python_file
from rune.source.runefile.blocks.shared_stages import find_shared, report_without_version
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Fix
from rune.source.runefile.parsing.stage_parts import MAX_TENSOR_SIZE
from rune.source.runefile.parsing.zune import block_of, is_zune_stage
from rune.source.runefile.pipeline import BlockStage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.stages.arguments import block_arguments
from rune.source.runefile.stages.block_versions import warn_of_changed_block
from rune.source.runefile.stages.resources import Resources
from rune.source.runefile.stages.types import check_declared_outputs
from rune.source.runefile.syntax import StageSyntax
from rune.tensor import TensorType
from rune.wording import quoted, size_text

PAD_NOTE = "Each run decides how many there are. The proc-block `pad` fills them up to the largest number."
"""The fix for an input whose sizes each run decides, where a fixed size is needed."""


@dataclass(frozen=True)
class StageInputs:
    """The inputs of a block stage: the type and the meaning of each, and how a block is put in front of it."""

    types: tuple[TensorType, ...]
    meanings: tuple[Meaning, ...]
    insert: Insert


def check_block_stage(
    stage: StageSyntax,
    ports: tuple[Port, ...] | None,
    inputs: StageInputs | None,
    blocks: BlockResolver,
    resources: Resources,
    report: DiagnosticReport,
) -> BlockStage | None:
    """The stage with its outputs; None when something was reported, or when what feeds it is not known."""
    block = _find(stage, blocks, report)
    if block is None:
        for argument in stage.arguments:
            if argument.resource is not None:
                resources.find(argument.resource, argument.span)
        return None
    arguments = block_arguments(stage, block, resources, report)
    if arguments is None or ports is None or inputs is None:
        return None
    types = inputs.types
    try:
        outputs = block.outputs_for(types, arguments)
    except BlockError as error:
        refused_index = error.input_index if error.argument is None else None
        both = (types, inputs.meanings)
        fixes = (
            []
            if refused_index is None
            else repairs_of_block(stage, block, arguments, both, refused_index, inputs.insert)
        )
        _report_block_error(stage, error, report, fixes)
        return None
    if not _fits_size_limit(stage, outputs, report):
        return None
    if not check_declared_outputs(stage, [output.type for output in outputs], block.name, report):
        return None
    resources_of = {argument.name: argument.resource for argument in stage.arguments if argument.resource is not None}
    state = block.states_for(types, arguments)
    return BlockStage(stage.name.text, stage.target.text, block, arguments, ports, outputs, resources_of, state)


def _find(stage: StageSyntax, blocks: BlockResolver, report: DiagnosticReport) -> Block | None:
    text, span = stage.target.text.strip(), stage.target.span
    if is_zune_stage(stage):
        return _find_of_zune(text, stage, blocks, report)
    shared_path = parse_shared_path(text)
    if shared_path is not None and isinstance(blocks, AvailableBlocks):
        return find_shared(shared_path, span, blocks.shared_blocks, report)
    path = parse_block_path(text)
    if path is None:
        notes = [f"Write a name such as `fft`, or a path such as `{PUBLISHED_PREFIX}fft`."]
        report.error(Code.UNKNOWN_BLOCK, f"{quoted(text)} is not the path of a proc-block", span, notes)
        return None
    block = blocks.find(text)
    if block is None and python_file(text) is not None:
        _report_python(text, stage, blocks, report)
        return None
    if block is None and path.is_local:
        message = f"{quoted(text)} is a proc-block of the project itself, and no file in Python"
        own = "A block of one's own is a file in Python, such as `./smooth.py`."
        report.error(Code.OWN_BLOCK, message, span, [own, _can_be_built(blocks)])
        return None
    if block is None and isinstance(blocks, AvailableBlocks):
        bare = parse_shared_name(text)
        if bare is not None and report_without_version(bare, span, blocks.shared_blocks, report):
            return None
    if block is None:
        _report_unknown(text, path, stage, blocks, report)
    if block is not None:
        warn_of_changed_block(path, block, span, report)
    if path.version is None and not path.is_short and not path.is_local:
        _warn_of_version(text, block, stage, report)
    return block


def _find_of_zune(text: str, stage: StageSyntax, blocks: BlockResolver, report: DiagnosticReport) -> Block | None:
    """The catalogue's block in place of a zune's module, where a package names one."""
    span = stage.target.span
    name = block_of(text)
    block = blocks.find(name) if name is not None else None
    if block is not None:
        report.warning(
            Code.ZUNE_PART,
            f"{quoted(text)} is a module of a zune; the catalogue's {block.name} is taken in its place",
            span,
            ["The two were published at different times, and may round or name arguments differently."],
            [report.replace(span, block.name)],
        )
        return block
    message = f"{quoted(text)} is a proc-block of a zune, made as a module of its own, which cannot be built"
    report.error(Code.ZUNE_PART, message, span, [_can_be_built(blocks)])
    return None


def _report_python(text: str, stage: StageSyntax, blocks: BlockResolver, report: DiagnosticReport) -> None:
    """Says that a project's own block has a wrong signature, which its file tells, or no file."""
    span, file = stage.target.span, python_file(text)
    if isinstance(blocks, AvailableBlocks) and blocks.text(text) is not None:
        message = f"The block {quoted(file or text)} cannot be used until the problems of its file are fixed"
        report.error(Code.PYTHON_BLOCK, message, span, ["The problems are shown in the file."])
        return
    message = f"There is no text {quoted(file or text)} in the project"
    notes = ["Make the file, or write the path of one that is there."]
    report.error(Code.UNREADABLE_FILE, message, span, notes)


def _can_be_built(blocks: BlockResolver) -> str:
    return f"The blocks that can be built are {', '.join(blocks.names)}."


def _report_unknown(
    text: str, path: BlockPath, stage: StageSyntax, blocks: BlockResolver, report: DiagnosticReport
) -> None:
    near = report.nearest(path.crate, blocks.names)
    notes = [f"Did you mean `{near}`?"] if near else []
    fixes = [report.replace_name(stage.target.span, text, near)] if near else []
    notes.append(f"The blocks are {', '.join(blocks.names)}.")
    message = f"There is no proc-block {quoted(path.crate)} in the catalogue"
    if near == path.crate.replace("-", "_"):
        message += f": {quoted(text)} is not where the block of that name was published"
    report.error(Code.UNKNOWN_BLOCK, message, stage.target.span, notes, fixes)


def _warn_of_version(text: str, block: Block | None, stage: StageSyntax, report: DiagnosticReport) -> None:
    """Says that a path has no version, and which path has one where the block is known."""
    versioned_path = None if block is None else PUBLISHED_PREFIX + block.name
    report.warning(
        Code.BLOCK_WITHOUT_VERSION,
        f"The {quoted(text)} proc block used by {quoted(stage.name.text)} should have a version specifier",
        stage.target.span,
        [] if versioned_path is None else [f'hint: change it to something like "{versioned_path}"'],
        [] if versioned_path is None else [report.replace_text(stage.target.span, versioned_path)],
    )


def _report_block_error(stage: StageSyntax, error: BlockError, report: DiagnosticReport, fixes: list[Fix]) -> None:
    span, code = stage.target.span, Code.BAD_BLOCK_INPUT
    if isinstance(error, BrokenBlock):
        report.error(Code.PYTHON_BLOCK, error.message, span, ["The problems are shown in the file."])
        return
    notes: tuple[str, ...] = ()
    if isinstance(error, RunTimeInput):
        code, notes = Code.RUN_TIME_SIZES, (PAD_NOTE,)
    if error.argument is not None:
        arguments = [argument for argument in stage.arguments if argument.name == error.argument]
        span, code = (arguments[0].span if arguments else stage.target.span), Code.BAD_ARGUMENT
    elif error.input_index is not None and error.input_index < len(stage.inputs):
        span = stage.inputs[error.input_index].whole
    elif stage.inputs:
        span = stage.inputs[0].whole
    message = error.message[:1].upper() + error.message[1:] if code is Code.BAD_ARGUMENT else error.message
    report.error(code, message, span, notes, fixes)


def _fits_size_limit(stage: StageSyntax, outputs: tuple[BlockOutput, ...], report: DiagnosticReport) -> bool:
    for output in outputs:
        if output.type.size > MAX_TENSOR_SIZE:
            message = f"{output.type} is larger than {size_text(MAX_TENSOR_SIZE)}"
            report.error(Code.TENSOR_TOO_LARGE, message, stage.name.span)
            return False
    return True

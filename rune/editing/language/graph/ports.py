"""The ports of every stage: inputs by name and type, and outputs. Also of a broken graph.

It says what is there; `connection_check` says what could be connected.
"""

from __future__ import annotations

from dataclasses import dataclass

from rune.blocks.resolver import named_blocks
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph_edits.connection_check import type_of
from rune.editing.language.graph_edits.defaults import capability_named
from rune.port import Port
from rune.project.files import normal_path
from rune.source.runefile.syntax import StageKind, StageSyntax
from rune.tensor import TensorType


@dataclass(frozen=True)
class InputPort:
    """An input. `name` is a model's own, `source` None if nothing is connected, `type` what flows in or is wanted."""

    name: str | None
    source: Port | None
    type: TensorType | None


@dataclass(frozen=True)
class StagePorts:
    """A stage with its inputs and the types of its outputs, None where one is not known.

    `item` is the target of the palette's item that the stage is, however its own is written; None if there is none.
    `declared` says whether the types of the outputs are written in the text.
    """

    name: str
    kind: StageKind
    target: str
    item: str | None
    inputs: tuple[InputPort, ...]
    outputs: tuple[TensorType | None, ...]
    declared: bool


def stage_ports(analysis: Analysis) -> tuple[StagePorts, ...]:
    """All stages in the order of the text. A stage whose outputs are not known has one, of no known type."""
    return tuple(_ports(analysis, stage) for stage in analysis.checked_runefile.syntax.stages)


def _ports(analysis: Analysis, stage: StageSyntax) -> StagePorts:
    name = stage.name.text
    outputs = () if stage.kind is StageKind.OUTPUT else analysis.checked_runefile.types.get(name, ()) or (None,)
    inputs, has_outputs = _inputs(analysis, stage), stage.outputs is not None
    return StagePorts(name, stage.kind, stage.target.text, _item(analysis, stage), inputs, tuple(outputs), has_outputs)


def _item(analysis: Analysis, stage: StageSyntax) -> str | None:
    target = stage.target.text.strip()
    match stage.kind:
        case StageKind.BLOCK:
            block = analysis.block_of(stage)
            return next((name for name, each in named_blocks(analysis.blocks).items() if each is block), None)
        case StageKind.MODEL:
            return f"./{normal_path(target)}" if not target.startswith("$") else None
        case StageKind.CAPABILITY:
            kind = capability_named(target)
            return None if kind is None else kind.name
        case StageKind.OUTPUT:
            return target.upper()


def _inputs(analysis: Analysis, stage: StageSyntax) -> tuple[InputPort, ...]:
    signature = analysis.checked_runefile.signatures.get(stage.name.text)
    model_inputs = () if signature is None else signature.inputs
    ports = []
    for index in range(max(len(stage.inputs), len(model_inputs))):
        reference = stage.inputs[index] if index < len(stage.inputs) else None
        source = None if reference is None else Port(reference.stage, reference.index)
        flowing = None if source is None else type_of(analysis, source)
        tensor = model_inputs[index] if index < len(model_inputs) else None
        type_ = flowing if flowing is not None or tensor is None else tensor.type
        ports.append(InputPort(None if tensor is None else tensor.name, source, type_))
    return tuple(ports)

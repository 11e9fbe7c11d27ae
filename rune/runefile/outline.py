"""The outline of a Runefile, even of a broken one: the stages and the wires between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rune.blocks.paths import parse_block_path
from rune.runefile import capabilities
from rune.runefile.syntax import StageKind, StageSyntax
from rune.runefile.zune import block_of
from rune.tensor import TensorType

NodeKind = Literal["capability", "block", "model", "output"]


@dataclass(frozen=True)
class Node:
    """A stage. `detail` says which one it is (`SOUND 16 kHz`, `fft`); `file` is a file of the project that it runs."""

    name: str
    kind: NodeKind
    detail: str
    line: int
    file: str | None


@dataclass(frozen=True)
class Wire:
    """What goes from an output of one stage to an input of another, both by number from 0."""

    source: str
    source_index: int
    target: str
    target_index: int
    type: str | None


@dataclass(frozen=True)
class Outline:
    """Nodes in the order of the text; only wires whose two ends are there."""

    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...]


_KINDS: dict[StageKind, NodeKind] = {
    StageKind.CAPABILITY: "capability",
    StageKind.BLOCK: "block",
    StageKind.MODEL: "model",
    StageKind.OUTPUT: "output",
}


def outline(
    stages: Sequence[StageSyntax],
    type_of: Callable[[str, int], TensorType | None],
    model_file: Callable[[StageSyntax], str | None],
) -> Outline:
    """The drawing; `type_of` says what is known of an output, `model_file` which file a model stage runs."""
    names = {stage.name.text for stage in stages}
    wires = []
    for stage in stages:
        for target_index, input_ in enumerate(stage.inputs):
            if input_.stage in names:
                type_ = type_of(input_.stage, input_.index)
                text = None if type_ is None else str(type_)
                wires.append(Wire(input_.stage, input_.index, stage.name.text, target_index, text))
    return Outline(tuple(_node(stage, model_file) for stage in stages), tuple(wires))


def _node(stage: StageSyntax, model_file: Callable[[StageSyntax], str | None]) -> Node:
    text = stage.target.text.strip()
    file: str | None = None
    match stage.kind:
        case StageKind.CAPABILITY:
            detail = capabilities.described(stage)
        case StageKind.OUTPUT:
            detail = text.upper()
        case StageKind.MODEL:
            file = model_file(stage)
            detail = (file or text).rpartition("/")[2].removesuffix(".tflite")
        case StageKind.BLOCK:
            path = parse_block_path(text)
            is_own = path is not None and path.is_local
            file = text.removeprefix("./") if is_own else None
            detail = block_of(text) or (text if path is None or is_own else path.crate)
    return Node(stage.name.text, _KINDS[stage.kind], detail, stage.name.span.start.line, file)

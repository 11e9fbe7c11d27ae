"""The outline of a Runefile, even of a broken one: the stages and the wires between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from rune.blocks.meaning import Meaning
from rune.blocks.paths import parse_block_path
from rune.blocks.signature import BlockState
from rune.digests import digest_of
from rune.source.runefile.parsing.zune import block_of
from rune.source.runefile.stages import capabilities
from rune.source.runefile.syntax import ArgumentSyntax, ResourceSyntax, RunefileSyntax, StageKind, StageSyntax
from rune.tensor import TensorType

NodeKind = Literal["capability", "block", "model", "output"]


LONGEST_VALUE = 4_000
"""Characters of an argument that an outline repeats; of a longer text it has the digest."""


@dataclass(frozen=True)
class NodeArgument:
    """An argument of a stage as it is written. `file` is the file of the project in which its text stands."""

    name: str
    value: str
    file: str | None = None


@dataclass(frozen=True)
class OutlineNode:
    """A stage. `detail` says which one it is (`SOUND 16 kHz`, `fft`); `file` is a file of the project that it runs.

    `arguments` are None where an older version wrote the outline and did not tell them. `state` is what a block keeps
    from one run to the next.
    """

    name: str
    kind: NodeKind
    detail: str
    line: int
    file: str | None
    arguments: tuple[NodeArgument, ...] | None = None
    state: tuple[BlockState, ...] = ()


@dataclass(frozen=True)
class Wire:
    """A wire from an output of one stage to an input of another, both by number from 0.

    `meaning` is what is known of the numbers, such as `0 to 255, RGB`; empty where nothing is.
    """

    source: str
    source_index: int
    target: str
    target_index: int
    type: str | None
    meaning: str = ""


@dataclass(frozen=True)
class Outline:
    """Nodes in the order of the text; only wires whose two ends are there."""

    nodes: tuple[OutlineNode, ...]
    wires: tuple[Wire, ...]


_KINDS: dict[StageKind, NodeKind] = {
    StageKind.CAPABILITY: "capability",
    StageKind.BLOCK: "block",
    StageKind.MODEL: "model",
    StageKind.OUTPUT: "output",
}


def outline(
    syntax: RunefileSyntax,
    type_of: Callable[[str, int], TensorType | None],
    model_file: Callable[[StageSyntax], str | None],
    state_of: Callable[[str], tuple[BlockState, ...]],
    meaning_of: Callable[[str, int], Meaning],
) -> Outline:
    """The drawing; `type_of` and `meaning_of` say what is known of an output, `model_file` which file a model stage
    runs, `state_of` what a block keeps."""
    names = {stage.name.text for stage in syntax.stages}
    resources = {resource.name.text: resource for resource in syntax.resources}
    wires = []
    for stage in syntax.stages:
        for target_index, input_ in enumerate(stage.inputs):
            if input_.stage in names:
                type_ = type_of(input_.stage, input_.index)
                text = None if type_ is None else str(type_)
                meaning = str(meaning_of(input_.stage, input_.index))
                wires.append(Wire(input_.stage, input_.index, stage.name.text, target_index, text, meaning))
    nodes = (_node(stage, model_file, resources, state_of(stage.name.text)) for stage in syntax.stages)
    return Outline(tuple(nodes), tuple(wires))


def _node(
    stage: StageSyntax,
    model_file: Callable[[StageSyntax], str | None],
    resources: Mapping[str, ResourceSyntax],
    state: tuple[BlockState, ...],
) -> OutlineNode:
    text = stage.target.text.strip()
    file: str | None = None
    match stage.kind:
        case StageKind.CAPABILITY:
            detail = capabilities.description_of(stage)
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
    arguments = tuple(_argument(argument, resources) for argument in stage.arguments)
    return OutlineNode(stage.name.text, _KINDS[stage.kind], detail, stage.name.span.start.line, file, arguments, state)


def _argument(argument: ArgumentSyntax, resources: Mapping[str, ResourceSyntax]) -> NodeArgument:
    """Returns an argument with the text of an inline resource; the text of a file stays in the file."""
    resource = resources.get(argument.resource) if argument.resource is not None else None
    if resource is not None and resource.inline is not None:
        return NodeArgument(argument.name, _value_text(resource.inline))
    if resource is not None and resource.path is not None:
        return NodeArgument(argument.name, f"${argument.resource}", resource.path.text.removeprefix("./"))
    return NodeArgument(argument.name, f"${argument.resource}" if argument.resource else _value_text(argument.value))


def _value_text(value: int | float | str) -> str:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if len(text) <= LONGEST_VALUE:
        return text
    return digest_of(text.encode("utf-8", "surrogatepass"))

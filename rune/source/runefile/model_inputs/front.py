"""The stages in front of a model, which compute what it reads, as a Runefile of their own.

Calibration and comparison run it on samples, so that a model is measured on what it will see.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

from rune.blocks.paths import parse_block_path
from rune.blocks.resolver import BlockResolver
from rune.project.files import FileError, ProjectFiles
from rune.source.runefile.check import CheckedRunefile, check
from rune.source.runefile.parsing.zune import block_of
from rune.source.runefile.stages.models import Signatures
from rune.source.runefile.syntax import InputSyntax, ResourceSyntax, RunefileSyntax, StageKind, StageSyntax
from rune.source.runefile.yaml.values import Map, Value, YamlScalar
from rune.source.runefile.yaml.values import Sequence as YamlSequence
from rune.tensor import ElementType, TensorType
from rune.wordlist import words_of

FRONT_OUTPUT: Final = "what_the_model_reads"
"""The output of the Runefile of a front."""
_QUANTISES: Final = "quantize"
_LABELS: Final = "label"


@dataclass(frozen=True)
class ModelFront:
    """The stages in front of the model stage `stage`, as the text of a Runefile that sends what the model reads.

    `file` is the model's file, None for one that the host gives. `type` is what the front sends. Whole numbers stand
    for `(number - zero_point) * scale`. `labels` are the words behind the model, in the order of its classes, where the
    Runefile has them.
    """

    stage: str
    file: str | None
    runefile: str
    type: TensorType
    scale: float = 1.0
    zero_point: int = 0
    labels: tuple[str, ...] = ()

    def fits(self, dimensions: Sequence[int]) -> bool:
        """Returns whether a model with an input of this shape can read it: the same sizes but for sizes of 1, or one
        of both is flat and has as many numbers."""
        own, other = ([size for size in each if size != 1] for each in (self.type.dimensions, dimensions))
        return own == other or (min(len(own), len(other)) <= 1 and prod(own) == prod(other))


def model_fronts(
    files: ProjectFiles, blocks: BlockResolver, *, runefile: str | None = None, signatures: Signatures | None = None
) -> list[ModelFront]:
    """The front of each model stage with one input, in the order of the text. A broken Runefile has none.

    A `quantize` stage right in front of the model is left out: what it reads are the numbers that a float model takes.
    """
    checked_runefile = check(files, blocks, runefile=runefile, signatures=signatures)
    models = [
        stage for stage in checked_runefile.syntax.stages if stage.kind is StageKind.MODEL and len(stage.inputs) == 1
    ]
    if not isinstance(checked_runefile.root, Map) or checked_runefile.syntax.broken_stages:
        return []
    return [
        front
        for stage in models
        if (front := _front(files, checked_runefile, checked_runefile.root, stage)) is not None
    ]


def fitting_front(fronts: Sequence[ModelFront], dimensions: Sequence[int], model: str = "") -> ModelFront | None:
    """The front that gives what a model with this input reads: that of the file `model` before others."""
    fitting = [front for front in fronts if front.fits(dimensions)]
    return next((front for front in fitting if front.file == model), fitting[0] if fitting else None)


def _front(files: ProjectFiles, checked_runefile: CheckedRunefile, root: Map, model: StageSyntax) -> ModelFront | None:
    stages = {stage.name.text: stage for stage in checked_runefile.syntax.stages}
    input_ = model.inputs[0]
    scale, zero_point = _edge(checked_runefile, model)
    source = stages.get(input_.stage)
    if source is not None and source.kind is StageKind.BLOCK and _block(source) == _QUANTISES and source.inputs:
        input_, scale, zero_point = source.inputs[0], 1.0, 0
    type_ = _type_of(checked_runefile, input_)
    stage_names = stages_needed(input_.stage, stages)
    if type_ is None or stage_names is None or type_.element is ElementType.UTF8 or not prod(type_.dimensions):
        return None
    if type_.element is ElementType.F32:
        scale, zero_point = 1.0, 0
    text = _cut(root, stage_names, input_)
    file = None if model.target.text.startswith("$") else model.target.text.strip().removeprefix("./")
    labels = labels_behind(files, checked_runefile.syntax, model.name.text)
    return ModelFront(model.name.text, file, text, type_, scale, zero_point, labels)


def _edge(checked_runefile: CheckedRunefile, model: StageSyntax) -> tuple[float, int]:
    """Returns the scale and zero point with which the current model file stores its input."""
    signature = checked_runefile.signatures.get(model.name.text)
    tensor = signature.inputs[0] if signature is not None and signature.inputs else None
    if tensor is None or tensor.scale is None:
        return 1.0, 0
    return tensor.scale, tensor.zero_point or 0


def _type_of(checked_runefile: CheckedRunefile, input_: InputSyntax) -> TensorType | None:
    types = checked_runefile.types.get(input_.stage, ())
    return types[input_.index] if input_.index < len(types) else None


def stages_needed(name: str, stages: Mapping[str, StageSyntax]) -> frozenset[str] | None:
    """The stage and all that it reads from; None if one of them is missing."""
    stage_names: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each in stage_names:
            continue
        if each not in stages:
            return None
        stage_names.add(each)
        waiting += [input_.stage for input_ in stages[each].inputs]
    return frozenset(stage_names)


def labels_behind(files: ProjectFiles, syntax: RunefileSyntax, model: str) -> tuple[str, ...]:
    """The words of the first `label` stage behind the model that has a list of words."""
    behind = {model}
    for _ in syntax.stages:
        behind |= {stage.name.text for stage in syntax.stages if any(each.stage in behind for each in stage.inputs)}
    texts = {each.name.text: _text_of(files, each) for each in syntax.resources}
    for stage in syntax.stages:
        if stage.name.text not in behind or stage.kind is not StageKind.BLOCK or _block(stage) != _LABELS:
            continue
        for argument in stage.arguments:
            text = texts.get(argument.resource) if argument.resource is not None else argument.value
            if argument.name in ("wordlist", "labels") and isinstance(text, str):
                return tuple(word.strip() for word in words_of(text))
    return ()


def _text_of(files: ProjectFiles, resource: ResourceSyntax) -> str | None:
    if resource.path is None:
        return resource.inline
    try:
        return files.read(resource.path.text.removeprefix("./")).decode("utf-8", "replace")
    except FileError:
        return None


def _block(stage: StageSyntax) -> str:
    text = stage.target.text.strip()
    path = parse_block_path(text)
    return block_of(text) or (path.crate.replace("-", "_") if path is not None and path.is_published else "")


def _cut(root: Map, stage_names: frozenset[str], input_: InputSyntax) -> str:
    """The Runefile with the needed stages alone, and an output that sends what the last of them gives.

    It is written as JSON, which is YAML: whatever style the Runefile is in, the values stay the same.
    """
    output = f'{json.dumps(FRONT_OUTPUT)}: {{"out": "TENSOR", "inputs": [{json.dumps(input_.text)}]}}'
    parts = []
    for key, value in root.entries:
        if isinstance(key, YamlScalar) and key.text == "pipeline" and isinstance(value, Map):
            entries = [
                pair for pair in value.entries if isinstance(pair[0], YamlScalar) and pair[0].text in stage_names
            ]
            stages = ",\n  ".join([*(_entry(each) for each in entries), output])
            parts.append(f'"pipeline": {{\n  {stages}}}')
        else:
            parts.append(_entry((key, value)))
    return "{" + ",\n".join(parts) + "}\n"


def _entry(pair: tuple[Value, Value]) -> str:
    key = pair[0].text if isinstance(pair[0], YamlScalar) else ""
    return f"{json.dumps(key, ensure_ascii=False)}: {_text(pair[1])}"


def _text(value: Value) -> str:
    match value:
        case Map():
            return "{" + ", ".join(_entry(pair) for pair in value.entries) + "}"
        case YamlSequence():
            return "[" + ", ".join(map(_text, value.items)) + "]"
        case YamlScalar():
            if value.value is None:
                return "null"
            return json.dumps(value.value, ensure_ascii=False) if isinstance(value.value, str) else value.text

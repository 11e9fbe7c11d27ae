"""Defaults of a new stage: the parameters that a capability needs, and the known types."""

from __future__ import annotations

from collections.abc import Mapping

from rune.capabilities import CAPABILITIES, Capability
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph_edits.kinds import AddStage, Value
from rune.source.runefile.stages.capabilities import capability_output
from rune.source.runefile.syntax import StageKind
from rune.tensor import TensorType


def capability_named(target: str) -> Capability | None:
    """The capability that a text names, in either of its spellings."""
    return CAPABILITIES.get(target.strip().upper().replace("-", "_"))


def arguments_for(edit: AddStage) -> dict[str, Value]:
    """The arguments that a new stage is written with."""
    kind = capability_named(edit.target) if edit.kind is StageKind.CAPABILITY else None
    arguments = {name.replace("-", "_"): value for name, value in edit.arguments.items()}
    starting = {} if kind is None else {item.name: item.usual for item in kind.parameters}
    if "n" in arguments:
        starting.pop("samples", None)  # One is an old name of the other.
    usual = {name: value for name, value in starting.items() if value is not None and name not in arguments}
    return {**usual, **arguments}


def known_outputs(analysis: Analysis, edit: AddStage, arguments: Mapping[str, Value]) -> tuple[TensorType, ...] | None:
    """The types that a new stage gives for certain; None where they follow from its inputs, or are not known."""
    if edit.kind is StageKind.CAPABILITY:
        kind = capability_named(edit.target)
        type_ = None if kind is None else capability_output(kind, arguments)
        return None if type_ is None else (type_,)
    if edit.kind is StageKind.MODEL:
        return model_outputs(analysis, edit.target)
    return None


def model_outputs(analysis: Analysis, target: str) -> tuple[TensorType, ...] | None:
    """Returns the outputs of a project's model; None when they cannot be known."""
    signature = None if target.strip().startswith("$") else analysis.signature(target.strip())
    return None if signature is None else tuple(tensor.type for tensor in signature.outputs)

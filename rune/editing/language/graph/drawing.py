"""Edits of the graph, the palette and what fits as JSON, the form that a page speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from rune.editing.language.graph.ports import StagePorts
from rune.editing.language.graph_edits.connection_check import PortFit, Source, Suit
from rune.editing.language.graph_edits.kinds import (
    AddStage,
    Connect,
    Disconnect,
    GraphEdit,
    RemoveStage,
    RenameStage,
    SetArgument,
    SetOutputs,
    SetTarget,
    Several,
    Value,
)
from rune.editing.language.graph_edits.palette import ArgumentField, Kind, Palette, PaletteItem, StageArgument
from rune.editing.language.requests import (
    BadLanguageRequest,
    Json,
    choice_of,
    flag_of,
    object_of,
    text_of,
    whole_number_of,
)
from rune.port import Port
from rune.source.runefile.outline import NodeKind
from rune.source.runefile.syntax import StageKind
from rune.tensor import ElementType, TensorType

_KIND_NAMES: dict[StageKind, NodeKind] = {
    StageKind.CAPABILITY: "capability",
    StageKind.BLOCK: "block",
    StageKind.MODEL: "model",
    StageKind.OUTPUT: "output",
}
_KINDS: dict[str, StageKind] = {name: kind for kind, name in _KIND_NAMES.items()}
_EDITS = (
    *("add-stage", "remove-stage", "rename-stage", "connect", "disconnect"),
    *("set-argument", "set-target", "set-outputs"),
)
_MOST_DIMENSIONS = 32
_MOST_EDITS = 64


class PortJson(TypedDict):
    """An output of a stage, or an input."""

    stage: str
    index: int


class InputPortJson(TypedDict):
    """The input of a stage. `name` is a model's own name of it."""

    name: str | None
    source: PortJson | None
    type: str | None


class StagePortsJson(TypedDict):
    """The inputs and outputs of a stage. `item` is its target in the palette, `declared` whether it declares types."""

    name: str
    kind: NodeKind
    target: str
    item: str | None
    inputs: list[InputPortJson]
    outputs: list[str | None]
    declared: bool


class ArgumentFieldJson(TypedDict):
    """An argument that a stage can have."""

    name: str
    kind: Kind
    help: str
    required: bool
    default: float | str | None
    minimum: float | None
    maximum: float | None
    step: float | None
    choices: list[str]
    threshold: bool


class StageArgumentJson(ArgumentFieldJson):
    """An argument of a stage that is there: null is left out."""

    value: float | str | None
    resource: str | None
    text: str | None


class PaletteInputJson(TypedDict):
    """An input of a model that can be added."""

    name: str
    type: str


class PaletteItemJson(TypedDict):
    """An item of the palette. Inputs and outputs are null where they depend on other stages."""

    kind: NodeKind
    target: str
    title: str
    help: str
    arguments: list[ArgumentFieldJson]
    inputs: list[PaletteInputJson] | None
    outputs: list[str] | None
    category: str


class PaletteAnswerJson(TypedDict):
    """All that can be added to the graph."""

    capabilities: list[PaletteItemJson]
    blocks: list[PaletteItemJson]
    models: list[PaletteItemJson]
    outputs: list[PaletteItemJson]
    resources: list[str]
    text_files: list[str]
    element_types: list[str]


class PortFitJson(PortJson):
    """An input, and why it cannot read from an output, or null."""

    reason: str | None


class FitSourceJson(PortJson):
    """An output, and why an input cannot read from it, or null."""

    type: str | None
    reason: str | None


class SuitJson(TypedDict):
    """An item of the palette, and why it cannot read from an output, or null."""

    kind: NodeKind
    target: str
    reason: str | None


def edits_from_json(data: Mapping[str, Any]) -> GraphEdit | Several:
    """The edit that is meant, which may be `{"edit": "several", "edits": [...]}`. Raises `BadLanguageRequest`."""
    if data.get("edit") != "several":
        return graph_edit_from_json(data)
    items = _list(data, "edits")
    if len(items) > _MOST_EDITS or not all(isinstance(each, Mapping) for each in items):
        raise BadLanguageRequest(f'"edits" must be a list of at most {_MOST_EDITS} edits')
    return Several(tuple(graph_edit_from_json(each) for each in items))


def graph_edit_from_json(data: Mapping[str, Any]) -> GraphEdit:
    """The one edit that `{"edit": "connect", ...}` means. Raises `BadLanguageRequest`."""
    match choice_of(data, "edit", _EDITS):
        case "add-stage":
            return AddStage(
                _KINDS[choice_of(data, "kind", tuple(_KINDS))],
                text_of(data, "target"),
                _text_or_none(data, "name"),
                _values(object_of(data, "arguments") if data.get("arguments") is not None else {}),
                types_from_json(data, "outputs"),
                tuple(_port(each, "inputs") for each in _list(data, "inputs")),
                None if data.get("feeds") is None else _port(data["feeds"], "feeds"),
            )
        case "remove-stage":
            return RemoveStage(text_of(data, "name"), flag_of(data, "join", default=False))
        case "rename-stage":
            return RenameStage(text_of(data, "name"), text_of(data, "to"))
        case "connect":
            index = None if data.get("target_index") is None else whole_number_of(data, "target_index")
            replace = flag_of(data, "replace", default=True)
            return Connect(port_from_json(data, "source"), text_of(data, "target"), index, replace)
        case "disconnect":
            return Disconnect(text_of(data, "target"), whole_number_of(data, "target_index"))
        case "set-argument":
            return _set_argument(data)
        case "set-target":
            return SetTarget(text_of(data, "stage"), text_of(data, "target"))
        case _:
            return SetOutputs(text_of(data, "stage"), types_from_json(data, "types"))


def _set_argument(data: Mapping[str, Any]) -> SetArgument:
    value = data.get("value")
    if value is not None:
        value = _value("value", value)
    stage, name = text_of(data, "stage"), text_of(data, "name")
    match choice_of({"value_is": "value", **data}, "value_is", ("value", "text", "file")):
        case "text":
            return SetArgument(stage, name, value, "text")
        case "file":
            return SetArgument(stage, name, value, "file")
        case _:
            return SetArgument(stage, name, value)


def graph_edit_to_json(edit: GraphEdit) -> Json:
    """The JSON that `graph_edit_from_json` reads."""
    match edit:
        case AddStage():
            return {
                "edit": "add-stage",
                "kind": _KIND_NAMES[edit.kind],
                "target": edit.target,
                "name": edit.name,
                "arguments": dict(edit.arguments),
                "outputs": None if edit.outputs is None else [_type_to_json(type_) for type_ in edit.outputs],
                "inputs": [port_to_json(port) for port in edit.inputs],
                "feeds": None if edit.feeds is None else port_to_json(edit.feeds),
            }
        case RemoveStage():
            return {"edit": "remove-stage", "name": edit.name, "join": edit.join}
        case RenameStage():
            return {"edit": "rename-stage", "name": edit.name, "to": edit.to}
        case Connect():
            return {
                "edit": "connect",
                "source": port_to_json(edit.source),
                "target": edit.target,
                "target_index": edit.target_index,
                "replace": edit.replace,
            }
        case Disconnect():
            return {"edit": "disconnect", "target": edit.target, "target_index": edit.target_index}
        case SetArgument():
            return {
                "edit": "set-argument",
                "stage": edit.stage,
                "name": edit.name,
                "value": edit.value,
                "value_is": edit.value_is,
            }
        case SetTarget():
            return {"edit": "set-target", "stage": edit.stage, "target": edit.target}
        case SetOutputs():
            types = None if edit.types is None else [_type_to_json(type_) for type_ in edit.types]
            return {"edit": "set-outputs", "stage": edit.stage, "types": types}


def port_from_json(data: Mapping[str, Any], key: str) -> Port:
    """A port, `{"stage": "audio", "index": 0}`. Raises `BadLanguageRequest`."""
    return _port(data.get(key), key)


def port_to_json(port: Port) -> PortJson:
    return {"stage": port.stage, "index": port.index}


def palette_to_json(palette: Palette) -> PaletteAnswerJson:
    """{"capabilities": [item], "blocks", "models", "outputs", "resources": [name], "text_files", "element_types"}."""
    return {
        "capabilities": [_item(item) for item in palette.capabilities],
        "blocks": [_item(item) for item in palette.blocks],
        "models": [_item(item) for item in palette.models],
        "outputs": [_item(item) for item in palette.outputs],
        "resources": list(palette.resources),
        "text_files": list(palette.text_files),
        "element_types": [each.value for each in ElementType],
    }


def stage_argument_to_json(argument: StageArgument) -> StageArgumentJson:
    """The argument's field with "value", "resource" and "text"."""
    return {
        **_field(argument.field),
        "value": argument.value,
        "resource": argument.resource,
        "text": argument.text,
    }


def fit_to_json(fit: PortFit) -> PortFitJson:
    return {"stage": fit.stage, "index": fit.index, "reason": fit.reason}


def source_to_json(source: Source) -> FitSourceJson:
    return {**port_to_json(source.port), "type": _known_type(source.type), "reason": source.reason}


def suit_to_json(suit: Suit) -> SuitJson:
    return {"kind": _KIND_NAMES[suit.kind], "target": suit.target, "reason": suit.reason}


def stage_ports_to_json(stage: StagePorts) -> StagePortsJson:
    """{"name", "kind", "target", "item", "inputs": [{"name", "source", "type"}], "outputs": [type], "declared"}."""
    return {
        "name": stage.name,
        "kind": _KIND_NAMES[stage.kind],
        "target": stage.target,
        "item": stage.item,
        "inputs": [
            {
                "name": each.name,
                "source": None if each.source is None else port_to_json(each.source),
                "type": _known_type(each.type),
            }
            for each in stage.inputs
        ],
        "outputs": [_known_type(type_) for type_ in stage.outputs],
        "declared": stage.declared,
    }


def _known_type(type_: TensorType | None) -> str | None:
    return None if type_ is None else str(type_)


def _item(item: PaletteItem) -> PaletteItemJson:
    inputs = item.inputs
    return {
        "kind": _KIND_NAMES[item.kind],
        "target": item.target,
        "title": item.title,
        "help": item.help,
        "arguments": [_field(field) for field in item.arguments],
        "inputs": None if inputs is None else [{"name": each.name, "type": str(each.type)} for each in inputs],
        "outputs": None if item.outputs is None else [str(type_) for type_ in item.outputs],
        "category": item.category,
    }


def _field(field: ArgumentField) -> ArgumentFieldJson:
    return {
        "name": field.name,
        "kind": field.kind,
        "help": field.help,
        "required": field.required,
        "default": field.default,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "step": field.step,
        "choices": list(field.choices),
        "threshold": field.is_threshold,
    }


def _text_or_none(data: Mapping[str, Any], key: str) -> str | None:
    return None if data.get(key) is None else text_of(data, key)


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise BadLanguageRequest(f'"{key}" must be a list')
    return value


def _port(value: object, key: str) -> Port:
    if not isinstance(value, Mapping):
        raise BadLanguageRequest(f'"{key}" must be an object with "stage" and "index"')
    return Port(text_of(value, "stage"), whole_number_of(value, "index"))


def _values(values: Mapping[str, Any]) -> dict[str, Value]:
    return {name: _value(name, value) for name, value in values.items()}


def _value(key: str, value: object) -> Value:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return value
    raise BadLanguageRequest(f'"{key}" must be a number or a text')


def types_from_json(data: Mapping[str, Any], key: str) -> tuple[TensorType, ...] | None:
    """Types, `[{"type": "f32", "dimensions": [1, 3]}]`, or None where there are none. Raises `BadLanguageRequest`."""
    return None if data.get(key) is None else tuple(_type(each, key) for each in _list(data, key))


def _type(value: object, key: str) -> TensorType:
    if not isinstance(value, Mapping):
        raise BadLanguageRequest(f'"{key}" must be a list of objects with "type" and "dimensions"')
    element = choice_of(value, "type", tuple(each.value for each in ElementType))
    sizes = _list(value, "dimensions")
    if len(sizes) > _MOST_DIMENSIONS or not all(type(size) is int and 1 <= size < 2**31 for size in sizes):
        raise BadLanguageRequest('"dimensions" must be a list of whole numbers from 1')
    return TensorType(ElementType(element), tuple(sizes))


def _type_to_json(type_: TensorType) -> Json:
    return {"type": type_.element.value, "dimensions": list(type_.dimensions)}

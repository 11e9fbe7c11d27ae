"""The JSON Schema of a Runefile, for editors that know nothing else of it. Made from the rules that the check goes by.

A schema sees one value at a time: what stages must be to each other, and what a model file holds, only the check knows.
It is stricter than the check in one thing: keys and arguments that mean nothing are refused, and not only warned of.
"""

from __future__ import annotations

import re
from typing import Any

from rune.abi import ModelFormat
from rune.blocks.resolver import BlockResolver, named_blocks
from rune.blocks.signature import Argument, ArgumentKind, Block
from rune.capabilities import CAPABILITIES, Capability
from rune.capabilities.capability import Parameter
from rune.source.runefile.stages.outputs import OUTPUT_KINDS
from rune.tensor import ElementType
from rune.watch.layout import MOST_FEATURES, Statistic

Json = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
_NAME = "^[a-zA-Z_][a-zA-Z0-9_-]*$"
_INPUT = r"^[a-zA-Z_][a-zA-Z0-9_-]*(\.[0-9]{1,9})?$"
_RESOURCE = r"^\$[_a-zA-Z][_a-zA-Z0-9]*$"
_NUMBER_TEXT = r"^\s*([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|\$[_a-zA-Z][_a-zA-Z0-9]*)\s*$"
_EXPRESSION = r"^(@?[0-9]{1,10}( ?[*+-] ?[0-9]{1,10}){0,8}|[0-9]+\.0*)$"
_PIXEL_FORMAT = "^@?(PixelFormat::)?([rR][gG][bB]|[bB][gG][rR]|[gG][rR][aA][yY][sS][cC][aA][lL][eE])8?$"
_ELEMENT = "^([uUiI](8|16|32|64)|[fF](32|64)|[uU][tT][fF]8)$"


def schema(blocks: BlockResolver) -> Json:
    """The whole schema, draft 7, which editors know best. `blocks` are those that an editor offers."""
    return {
        "$schema": DRAFT,
        "title": "Runefile",
        "description": "One pipeline of capabilities, proc-blocks, models and outputs.",
        "type": "object",
        "required": ["version", "image", "pipeline"],
        "properties": {
            "version": {"description": "The version of the format.", "const": 1},
            "image": {"description": "Kept for old tools; `runicos/base`.", "type": "string", "minLength": 1},
            "pipeline": {
                "description": "The stages by their names.",
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": _NAME},
                "additionalProperties": {"$ref": "#/definitions/stage"},
            },
            "resources": {
                "description": "Texts and files that arguments and models name as `$NAME`.",
                "type": ["object", "null"],
                "propertyNames": {"pattern": _NAME},
                "additionalProperties": {"$ref": "#/definitions/resource"},
            },
            "watch": {"description": "`off`: the rune counts nothing of its answers.", "enum": ["off", None]},
        },
        "patternProperties": {"^x-": {"description": "Ignored: a place for anchors."}},
        "additionalProperties": False,
        "definitions": {
            "stage": _stage(),
            "capability": _capability_stage(),
            "block": _block_stage(blocks),
            "model": _model_stage(),
            "output": _output_stage(),
            "inputs": {
                "description": "The stages that this one reads from: `name`, or `name.1` for a second output.",
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "pattern": _INPUT},
            },
            "type": _type(),
            "watch": _watch(),
            "resource": _resource(),
        },
    }


def _stage() -> Json:
    """The first key of this order decides, as in the check."""
    kinds = (("model", "model"), ("proc-block", "block"), ("capability", "capability"), ("out", "output"))
    schema: Json = {"required": ["capability"]}
    for key, definition in reversed(kinds):
        schema = {"if": {"required": [key]}, "then": {"$ref": f"#/definitions/{definition}"}, "else": schema}
    return {"description": "A stage: a capability, a proc-block, a model or an output.", "type": "object", **schema}


def _capability_stage() -> Json:
    names = [spelling for kind in CAPABILITIES.values() for spelling in (kind.name, kind.spelling)]
    return {
        "properties": {
            "capability": {"description": "What the host reads.", "enum": names},
            "args": {"type": ["object", "null"]},
            "watch": {"$ref": "#/definitions/watch"},
            "outputs": {
                "description": "The one tensor that comes.",
                "type": "array",
                "minItems": 1,
                "maxItems": 1,
                "items": {"$ref": "#/definitions/type"},
            },
        },
        "additionalProperties": False,
        "allOf": [
            _where("capability", {"enum": [kind.name, kind.spelling]}, _parameters(kind))
            for kind in CAPABILITIES.values()
        ],
    }


def _parameters(kind: Capability) -> Json:
    required_names = [parameter.name for parameter in kind.parameters if parameter.is_required]
    description: Json = {"description": kind.summary}
    arguments = _arguments_schema(
        {parameter.name: _parameter(parameter) for parameter in kind.parameters}, required_names
    )
    requirement: Json = {"required": ["args"]} if required_names else {}
    return {"properties": {"capability": description, "args": arguments}, **requirement}


def _parameter(parameter: Parameter) -> Json:
    number = {"type": "number", "minimum": parameter.minimum, "maximum": parameter.maximum, "multipleOf": 1}
    if parameter.choices:
        choices: list[Json] = [{"enum": list(parameter.choices)}, {"type": "string", "pattern": _PIXEL_FORMAT}, number]
    else:
        choices = [number, {"type": "string", "pattern": _EXPRESSION}]
    return {"description": parameter.help, "anyOf": choices}


def _block_stage(blocks: BlockResolver) -> Json:
    return {
        "required": ["inputs"],
        "properties": {
            "proc-block": {
                "description": "A block of the catalogue: `fft`, or `hotg-ai/proc-blocks@v0.11.3#fft`.",
                "anyOf": [{"enum": list(blocks.names)}, {"type": "string", "minLength": 1}],
            },
            "inputs": {"$ref": "#/definitions/inputs"},
            "outputs": _outputs("What the block gives; it may be left out."),
            "args": {"type": ["object", "null"]},
            "watch": {"$ref": "#/definitions/watch"},
        },
        "additionalProperties": False,
        "allOf": [
            _where("proc-block", {"pattern": _path_of(block)}, _arguments(block))
            for block in named_blocks(blocks).values()
        ],
    }


def _path_of(block: Block) -> str:
    """A pattern of the paths that end with the name of a block."""
    names = dict.fromkeys(re.sub("[-_]", "[-_]", name) for name in (block.name, *block.aliases))
    return f"(^|[/#])({'|'.join(names)})(@[^#/]+)?$"


def _arguments(block: Block) -> Json:
    required_names = [argument.name for argument in block.arguments if argument.default is None]
    description: Json = {"description": block.summary}
    arguments = _arguments_schema({argument.name: _argument(argument) for argument in block.arguments}, required_names)
    requirement: Json = {"required": ["args"]} if required_names else {}
    return {"properties": {"proc-block": description, "args": arguments}, **requirement}


def _argument(argument: Argument) -> Json:
    schema: Json = {"description": argument.help}
    if argument.default is not None:
        schema["default"] = argument.default
    if argument.choices:
        return {**schema, "anyOf": [{"enum": list(argument.choices)}, {"type": "string", "pattern": _RESOURCE}]}
    if argument.kind in (ArgumentKind.TEXT, ArgumentKind.LONG_TEXT):
        return {**schema, "type": ["string", "number"]}
    number: Json = {"type": "number"}
    if argument.kind is ArgumentKind.INTEGER:
        number["multipleOf"] = 1
    if argument.minimum is not None:
        number["minimum"] = argument.minimum
    if argument.maximum is not None:
        number["maximum"] = argument.maximum
    return {**schema, "anyOf": [number, {"type": "string", "pattern": _NUMBER_TEXT}]}


def _model_stage() -> Json:
    formats = [format_.value for format_ in ModelFormat]
    return {
        "required": ["inputs"],
        "properties": {
            "model": {
                "description": "The model's file, such as `./model.tflite`, or a binary resource, `$MODEL`.",
                "type": "string",
                "minLength": 1,
            },
            "inputs": {"$ref": "#/definitions/inputs"},
            "outputs": _outputs("What the model gives; it may be left out where the model's file says it."),
            "watch": {"$ref": "#/definitions/watch"},
            "args": {
                "type": ["object", "null"],
                "properties": {
                    "format": {
                        "description": "What the model's file is.",
                        "default": ModelFormat.TENSORFLOW_LITE.value,
                        "anyOf": [{"enum": formats}, {"type": "string", "pattern": _RESOURCE}],
                    }
                },
                "additionalProperties": False,
            },
        },
        "additionalProperties": False,
    }


def _output_stage() -> Json:
    kinds = [spelling for name in OUTPUT_KINDS for spelling in (name, name.lower())]
    return {
        "required": ["inputs"],
        "properties": {
            "out": {"description": "SERIAL sends JSON, TENSOR sends bytes.", "enum": kinds},
            "inputs": {"$ref": "#/definitions/inputs"},
            "args": {"description": "Ignored.", "type": ["object", "null"]},
        },
        "additionalProperties": False,
    }


def _type() -> Json:
    elements = [element.value for element in ElementType]
    return {
        "description": "An element type and dimensions, row by row.",
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {
                "description": "The type of the elements.",
                "anyOf": [{"enum": elements}, {"type": "string", "pattern": _ELEMENT}],
            },
            "dimensions": {
                "description": "How many elements there are in each direction.",
                "type": "array",
                "items": {"type": "integer", "minimum": 1},
            },
        },
        "additionalProperties": False,
    }


def _watch() -> Json:
    feature: Json = {"type": "string", "pattern": rf"^({'|'.join(Statistic)})(\.[0-9]{{1,9}})?$"}
    return {
        "description": "What the rune counts of an output: `level`, `mean`, or a list; `level.1` of the second output.",
        "anyOf": [feature, {"type": "array", "maxItems": MOST_FEATURES, "items": feature}, {"type": "null"}],
    }


def _resource() -> Json:
    return {
        "description": "A text or a file. Without `path` and `inline` the host gives it when the rune starts.",
        "type": "object",
        "properties": {
            "path": {"description": "A file or folder of the project.", "type": "string", "minLength": 1},
            "inline": {"description": "The text itself.", "type": "string"},
            "type": {"description": "`string` is text, `binary` is bytes.", "enum": ["string", "binary"]},
        },
        "not": {"required": ["path", "inline"]},
        "additionalProperties": False,
    }


def _outputs(description: str) -> Json:
    return {"description": description, "type": ["array", "null"], "items": {"$ref": "#/definitions/type"}}


def _arguments_schema(arguments: dict[str, Json], required_names: list[str]) -> Json:
    """A map of arguments, whose names may have `-` in place of `_`."""
    schema: Json = {"type": "object" if required_names else ["object", "null"], "properties": arguments}
    hyphen_patterns = {
        f"^{name.replace('_', '[-_]')}$": argument for name, argument in arguments.items() if "_" in name
    }
    if hyphen_patterns:
        schema["patternProperties"] = hyphen_patterns
    plain = [name for name in required_names if "_" not in name]
    if plain:
        schema["required"] = plain
    either = [
        {"anyOf": [{"required": [name]}, {"required": [name.replace("_", "-")]}]}
        for name in required_names
        if "_" in name
    ]
    if either:
        schema["allOf"] = either
    return {**schema, "additionalProperties": False}


def _where(key: str, value: Json, then: Json) -> Json:
    return {"if": {"properties": {key: value}}, "then": then}

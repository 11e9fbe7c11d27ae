"""The JSON Schema of a `forge.yml`, for editors that know nothing else of it."""

from __future__ import annotations

from typing import Any

from rune.source.policy.documentation import APPROVALS, BUILD_PREFERENCES, KEYS, MODELS, TAGS, TRAINING
from rune.source.policy.limits import LimitKind
from rune.source.policy.paths import MAX_LENGTH
from rune.source.policy.quantities import RATE, Measure
from rune.source.policy.roles import ROLES
from rune.source.policy.sections.checks import CHECK_NAME, MAX_CHECKS, ROBOT
from rune.source.policy.sections.data import DIGEST
from rune.source.policy.sections.gate import BUILD_PREFERENCES as WORDS
from rune.source.policy.sections.gate import MAX_APPROVALS, MAX_LABELS
from rune.source.policy.sections.models import CALIBRATIONS, FORMS, INTERFACES, MAX_MODELS, MAX_NAMES, MODEL_FORMS
from rune.source.policy.sections.owners import MAX_OWNERS
from rune.source.policy.sections.rollouts import GO_ON, MOST_PERSONS
from rune.source.policy.sections.training import MAX_ARGUMENTS, MAX_SEED, RECIPE_NAME
from rune.source.policy.tags import PATTERN

Json = dict[str, Any]

_DRAFT = "http://json-schema.org/draft-07/schema#"
_ADDRESS = r"^[^\s@]+@[^\s@]+$"
_GROUP = r"^[a-zA-Z_][a-zA-Z0-9_-]*$"


def policy_schema() -> Json:
    """The whole schema, draft 7, which editors know best."""
    return {
        "$schema": _DRAFT,
        "title": "forge.yml",
        "description": "Limits of a build, approvals that publishing needs, protected tags, and what builds are for.",
        "type": ["object", "null"],
        "properties": {
            "limits": {"description": KEYS["limits"], **_limits()},
            "groups": {
                "description": KEYS["groups"],
                "type": ["object", "null"],
                "propertyNames": {"pattern": _GROUP, "not": {"enum": list(ROLES)}},
                "additionalProperties": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "pattern": _ADDRESS},
                },
            },
            "approvals": {
                "description": KEYS["approvals"],
                "type": "array",
                "maxItems": MAX_APPROVALS,
                "items": _approval(),
            },
            "owners": {"description": KEYS["owners"], **_owners()},
            "checks": {
                "description": KEYS["checks"],
                "type": ["object", "null"],
                "maxProperties": MAX_CHECKS,
                "propertyNames": {"pattern": f"^{CHECK_NAME}$"},
                "additionalProperties": {"type": "string", "pattern": f"^{ROBOT}$"},
            },
            "rollouts": {
                "description": KEYS["rollouts"],
                "type": ["object", "null"],
                "properties": {GO_ON: {"type": "integer", "minimum": 1, "maximum": MOST_PERSONS}},
                "additionalProperties": False,
            },
            "build": {"description": KEYS["build"], **_build_preferences()},
            "models": {"description": KEYS["models"], **_models()},
            "training": {"description": KEYS["training"], **_training()},
            "data": {"description": KEYS["data"], "type": ["string", "null"], "pattern": f"^{DIGEST}$"},
            "protected-tags": {
                "description": KEYS["protected-tags"],
                "type": "array",
                "items": {
                    "anyOf": [
                        {"enum": list(TAGS)},
                        {"type": ["string", "number"], "pattern": f"^{PATTERN}$"},
                    ]
                },
            },
        },
        "additionalProperties": False,
    }


def _owners() -> Json:
    return {
        "type": ["object", "null"],
        "maxProperties": MAX_OWNERS,
        "propertyNames": {"pattern": r"^[^\\]+$", "maxLength": MAX_LENGTH},
        "additionalProperties": {"type": ["array", "string"], "items": {"type": "string", "minLength": 1}},
    }


def _models() -> Json:
    values: dict[str, Json] = {
        "source": {"type": "string", "minLength": 1},
        "quantize": {"enum": [*MODEL_FORMS, None]},
        "samples": {"type": "string", "minLength": 1},
        "interface": {"enum": [*INTERFACES, None]},
        "calibration": {"enum": [*CALIBRATIONS, None]},
        "keep": {"type": ["array", "string"], "maxItems": MAX_NAMES, "items": {"type": "string", "minLength": 1}},
        "shapes": {
            "type": ["object", "null"],
            "maxProperties": MAX_NAMES,
            "additionalProperties": {"type": ["string", "integer"], "pattern": r"^[0-9]+(x[0-9]+)*$"},
        },
    }
    return {
        "type": ["object", "null"],
        "maxProperties": MAX_MODELS,
        "propertyNames": {"pattern": r"\.tflite$"},
        "additionalProperties": {
            "type": "object",
            "properties": {name: {"description": MODELS[name], **value} for name, value in values.items()},
            "required": ["source"],
            "additionalProperties": False,
        },
    }


def _training() -> Json:
    values: dict[str, Json] = {
        "recipe": {"type": "string", "pattern": f"^{RECIPE_NAME}$"},
        "data": {"type": "string", "minLength": 1},
        "model": {"type": "string", "pattern": r"\.tflite$"},
        "quantize": {"enum": [*FORMS, None]},
        "seed": {"type": ["integer", "null"], "minimum": 0, "maximum": MAX_SEED},
        "backbone": {"type": ["string", "null"], "pattern": r"\.tflite$"},
        "teacher": {"type": ["string", "null"], "pattern": r"\.float\.tflite$"},
        "start": {"type": ["string", "null"], "pattern": r"\.(keras|h5)$"},
        "arguments": {
            "type": ["object", "null"],
            "maxProperties": MAX_ARGUMENTS,
            "additionalProperties": {"type": "number"},
        },
    }
    return {
        "type": ["object", "null"],
        "properties": {name: {"description": TRAINING[name], **value} for name, value in values.items()},
        "required": ["recipe", "data"],
        "additionalProperties": False,
    }


def _build_preferences() -> Json:
    return {
        "type": ["object", "null"],
        "properties": {
            name: {"description": text, "enum": [*WORDS[name], None]} for name, text in BUILD_PREFERENCES.items()
        },
        "additionalProperties": False,
    }


def _limits() -> Json:
    return {
        "type": ["object", "null"],
        "properties": {kind.value: {"description": kind.declaration.meaning, **_limit(kind)} for kind in LimitKind},
        "additionalProperties": False,
    }


def _limit(kind: LimitKind) -> Json:
    quantity = _quantity(kind.declaration.measure)
    if kind.declaration.names is not None:
        return {"type": "object", "maxProperties": MAX_LABELS, "additionalProperties": quantity}
    return quantity


def _quantity(measure: Measure) -> Json:
    if measure is RATE:
        return {"type": "number", "minimum": 0, "maximum": int(measure.greatest)}
    units = "|".join(measure.units)
    return {"type": "string", "pattern": rf"^\s*[0-9]+(\.[0-9]+)?\s*({units})\s*$", "examples": [measure.example]}


def _approval() -> Json:
    return {
        "type": "object",
        "properties": {
            "count": {
                "description": APPROVALS["count"],
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_APPROVALS,
                "default": 1,
            },
            "from": {
                "description": APPROVALS["from"],
                "type": "array",
                "minItems": 1,
                "items": {"anyOf": [{"enum": list(ROLES)}, {"type": "string", "minLength": 1}]},
            },
        },
        "additionalProperties": False,
    }

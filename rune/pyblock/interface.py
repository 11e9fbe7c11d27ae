"""The interface of a block's function as data, for pages."""

from __future__ import annotations

from typing import TypedDict

from rune.pyblock.checking.signature import BlockSignature, Setting, TensorParameter
from rune.pyblock.numbers import LEAST, MOST

MAX_DOCUMENTATION_LENGTH = 10_000
"""The maximum length of the documentation, in characters."""


class ParameterJson(TypedDict):
    """An input or a state, with its type: `f32[n]`."""

    name: str
    type: str


class SettingJson(ParameterJson):
    """A parameter that the Runefile sets. `default` is null if it is required; a limit is null if there is none."""

    default: int | float | None
    minimum: float | None
    maximum: float | None


class InterfaceJson(TypedDict):
    """The interface of a block's function."""

    documentation: str
    inputs: list[ParameterJson]
    settings: list[SettingJson]
    states: list[ParameterJson]
    outputs: list[str]


def interface_of(signature: BlockSignature) -> InterfaceJson:
    """Returns the interface of a signature."""
    return {
        "documentation": signature.documentation[:MAX_DOCUMENTATION_LENGTH],
        "inputs": [_parameter(each) for each in signature.inputs],
        "settings": [_setting(each) for each in signature.settings],
        "states": [_parameter(each) for each in signature.states],
        "outputs": [str(each) for each in signature.outputs],
    }


def _parameter(parameter: TensorParameter) -> ParameterJson:
    return {"name": parameter.name, "type": str(parameter.shape)}


def _setting(setting: Setting) -> SettingJson:
    return {
        "name": setting.name,
        "type": str(setting.type),
        "default": setting.default,
        "minimum": setting.minimum if setting.minimum > LEAST else None,
        "maximum": setting.maximum if setting.maximum < MOST else None,
    }

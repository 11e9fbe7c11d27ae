"""What a block's function says of itself, as data: for pages, which show it and never read its text."""

from __future__ import annotations

from typing import TypedDict

from rune.compiler.pyblock.numbers import LEAST, MOST
from rune.compiler.pyblock.signature import BlockSignature, Given, Setting

LONGEST = 10_000
"""Characters of what a block says of itself that are kept."""


class GivenJson(TypedDict):
    """A parameter, or a state that is kept: `f32[n]`."""

    name: str
    type: str


class SettingJson(GivenJson):
    """An argument of the Runefile. `default` is null where it must be given, a limit where there is none."""

    default: int | float | None
    minimum: float | None
    maximum: float | None


class InterfaceJson(TypedDict):
    """A block's function, without what it does."""

    documentation: str
    inputs: list[GivenJson]
    settings: list[SettingJson]
    states: list[GivenJson]
    outputs: list[str]


def interface_of(signature: BlockSignature) -> InterfaceJson:
    """The interface of a signature."""
    return {
        "documentation": signature.documentation[:LONGEST],
        "inputs": [_given(each) for each in signature.inputs],
        "settings": [_setting(each) for each in signature.settings],
        "states": [_given(each) for each in signature.states],
        "outputs": [str(each) for each in signature.outputs],
    }


def _given(given: Given) -> GivenJson:
    return {"name": given.name, "type": str(given.shape)}


def _setting(setting: Setting) -> SettingJson:
    return {
        "name": setting.name,
        "type": str(setting.type),
        "default": setting.default,
        "minimum": setting.minimum if setting.minimum > LEAST else None,
        "maximum": setting.maximum if setting.maximum < MOST else None,
    }

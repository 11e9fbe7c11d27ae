"""The capabilities: what a rune can read, declared in one file each. Whatever needs to know them reads them here.

The modules beside this file that hold a `Capability` are found by themselves; docs/contributing/add-an-input-source.md
says what a new one needs.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final

from rune.capabilities.capability import Capability, InputOption, Sensor

__all__ = ["BY_GRAPH_TYPE", "BY_NUMBER", "CAPABILITIES", "INPUT_OPTIONS", "SENSORS", "Capability", "InputOption"]


def _declarations() -> list[Capability]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    capabilities = {value for module in modules for value in vars(module).values() if isinstance(value, Capability)}
    return sorted(capabilities, key=int)


CAPABILITIES: Final = MappingProxyType({each.name: each for each in _declarations()})
"""All capabilities by name, in the order of their numbers."""
BY_NUMBER: Final = MappingProxyType({each.number: each for each in CAPABILITIES.values()})
BY_GRAPH_TYPE: Final = MappingProxyType({each.graph_type: each for each in CAPABILITIES.values()})
INPUT_OPTIONS: Final = tuple(dict.fromkeys(each.option for each in CAPABILITIES.values()))
"""The commands' options for input; capabilities that read the same files share one."""
SENSORS: Final[MappingProxyType[str, Sensor]] = MappingProxyType(
    {each.sensor.key: each.sensor for each in CAPABILITIES.values() if each.sensor is not None}
)
"""The sensors of boards, by their names in a board's file."""

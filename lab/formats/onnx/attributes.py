"""The attributes of a node while it is translated, and which of them its translation looked up.

Each translation names the attributes that it knows with their defaults, by `arguments`. One that it does not look up
has to have its default, so that no translation leaves out what an attribute changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lab.formats.onnx.model import Attribute, OnnxNode
from lab.refusal import Reason, Refused
from rune.wording import plain


class NodeAttributes(Mapping[str, Attribute]):
    """The attributes that a file gives a node, with the names that were looked up and the defaults of all."""

    def __init__(self, values: Mapping[str, Attribute]) -> None:
        self.values_by_name = values
        self.names_read: set[str] = set()
        self.defaults: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Attribute:
        self.names_read.add(name)
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)

    def unread(self) -> list[str]:
        """The names that were not looked up and have another value than their default."""
        return [
            name
            for name, value in self.values_by_name.items()
            if name not in self.names_read and not _is_default(value, self.defaults.get(name))
        ]


class Arguments(Mapping[str, Any]):
    """The attributes of a node, with the defaults of those that it leaves out."""

    def __init__(self, values: Mapping[str, Attribute], defaults: Mapping[str, Any]) -> None:
        self._values, self._defaults = values, defaults
        self._names = frozenset(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name] if name in self._names else self._defaults[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names | {*self._defaults})

    def __len__(self) -> int:
        return len(self._names | {*self._defaults})


def arguments(node: OnnxNode, *, without_effect: Sequence[str] = (), **defaults: Any) -> Arguments:
    """The attributes of a node, with the values that those left out have. Attributes that are named in `without_effect`
    change nothing in a converted model, whatever their value is.

    Raises `Refused` for an attribute that is not among them, or of another type than its value here.
    """
    attributes = node.attributes
    values = attributes
    if isinstance(attributes, NodeAttributes):
        values = attributes.values_by_name
        attributes.defaults.update(defaults)
        attributes.names_read.update(without_effect)
    for name, value in values.items():
        if name in without_effect:
            continue
        if name not in defaults:
            raise Refused(Reason.UNKNOWN_LAYER, f"{plain(node.op)}.{plain(name)} is not converted.")
        expected = defaults[name]
        if expected is not None and not isinstance(value, _accepted_types(expected)):
            raise Refused(Reason.BROKEN, f"{plain(node.op)}.{plain(name)} is of another type than it should be.")
    return Arguments(attributes, defaults)


def _accepted_types(expected: object) -> type | tuple[type, ...]:
    return (int, float) if isinstance(expected, float) else type(expected)


def _is_default(value: Attribute, default: Any) -> bool:
    if isinstance(value, float) and isinstance(default, float):
        return bool(np.float32(value) == np.float32(default))
    return bool(np.array_equal(value, default))

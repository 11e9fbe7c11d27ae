"""The resources of a Runefile's text: finding the one of a file, and adding one by the smallest change of the text."""

from __future__ import annotations

from typing import Final

from rune.editing.language.yaml.edits import YamlData, block, put_pair, style_of
from rune.editing.language.yaml.layout import Branch, LayoutUnknown, Leaf, YamlEntry, column, read_layout
from rune.editing.language.yaml.splice import Splice, spliced

_RESOURCES: Final = "resources"
_INDENT: Final = 2


def resource_of(text: str, path: str) -> str | None:
    """Returns the name of the resource that is a file of the project; None where there is none, or no text is read."""
    root = _root(text)
    for entry in _entries(root, _RESOURCES):
        value = entry.value.find("path") if isinstance(entry.value, Branch) else None
        if value is not None and isinstance(value.value, Leaf) and value.value.text.removeprefix("./") == path:
            return _name(entry)
    return None


def with_resource(text: str, name: str, path: str) -> tuple[str, str] | None:
    """Returns the text with another resource, a file of the project, and the resource's name, which has a number where
    `name` is in use. None where the text is not written in lines of keys and values, or has it written in another way.
    """
    root = _root(text)
    if root is None or root.is_flow:
        return None
    used_names = {_name(entry) for key in ("pipeline", _RESOURCES) for entry in _entries(root, key)}
    candidates = (name, *(f"{name}_{number}" for number in range(2, len(used_names) + 3)))
    free_name = next(each for each in candidates if each not in used_names)
    splice = _addition(text, root, free_name, path)
    if splice is None:
        return None
    result = spliced(text, [splice])
    return (result, free_name) if resource_of(result, path) == free_name else None


def _addition(text: str, root: Branch, name: str, path: str) -> Splice | None:
    section, style = root.find(_RESOURCES), style_of(text, _indent(text, root))
    value: YamlData = {"path": f"./{path}"}
    if section is None:
        lines = block(_RESOURCES, {name: value}, 0, style)
        end = len(text.rstrip())
        tail = style.line_break if end == len(text) else ""
        return Splice(end, end, style.line_break * 2 + style.line_break.join(lines) + tail)
    resources = section.value
    if not isinstance(resources, Branch) or not resources.entries:
        return None
    return put_pair(style, resources, len(resources.entries) - 1, name, value)


def _root(text: str) -> Branch | None:
    """Returns the map of a text; None for another text."""
    try:
        root = read_layout(text)
    except LayoutUnknown:
        return None
    return root if isinstance(root, Branch) and root.is_map else None


def _entries(root: Branch | None, key: str) -> tuple[YamlEntry, ...]:
    section = None if root is None else root.find(key)
    return section.value.entries if section is not None and isinstance(section.value, Branch) else ()


def _name(entry: YamlEntry) -> str:
    return entry.key.text if isinstance(entry.key, Leaf) else ""


def _indent(text: str, root: Branch) -> int:
    """Returns the indentation of the first section that has lines of its own."""
    for entry in root.entries:
        inner = entry.value
        if isinstance(inner, Branch) and inner.is_map and not inner.is_flow and inner.entries:
            return column(text, inner.entries[0].start) - column(text, entry.start)
    return _INDENT

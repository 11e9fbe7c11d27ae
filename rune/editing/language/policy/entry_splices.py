"""Changes the text of a `forge.yml` where an entry of its section `models` changes. It decides nothing about models.

What it cannot place well gives a text that means something else, which `entry_edits` sees and refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rune.editing.language.yaml.edits import (
    Style,
    YamlData,
    block,
    empty,
    flow,
    over_remarks,
    put_item,
    put_lines,
    put_pair,
    remove_entries,
    style_of,
)
from rune.editing.language.yaml.layout import Branch, Leaf, YamlEntry, column, line_end, next_line
from rune.editing.language.yaml.scalars import literal_of, rewritten
from rune.editing.language.yaml.splice import Splice
from rune.source.policy.read import read_policy
from rune.source.policy.sections.models import MODEL_KEYS
from rune.source.runefile.codes import Code
from rune.source.runefile.yaml.values import Map, Sequence, Value, YamlScalar, core_value

_SECTION: Final = "models"
_INDENT: Final = 2
FieldValue = str | tuple[str, ...] | dict[str, YamlData]
"""The value of a key of an entry."""


def data_of(text: str) -> dict[str, Any] | None:
    """Returns a `forge.yml` as plain data, a missing section as an empty one; None where it is no valid YAML map."""
    checked_policy = read_policy(text)
    if any(each.code == Code.YAML_SYNTAX.value for each in checked_policy.diagnostics):
        return None
    data = {} if checked_policy.root is None else _plain(checked_policy.root)
    if data is None:
        return {}
    if not isinstance(data, dict):
        return None
    models = data.pop(_SECTION, None)
    if isinstance(models, dict):
        models = {path: {} if entry is None else entry for path, entry in models.items()}
    return {**data, _SECTION: models} if models else data


def _plain(value: Value) -> Any:
    match value:
        case YamlScalar():
            return value.value
        case Sequence():
            return [_plain(item) for item in value.items]
        case Map():
            # A key that is repeated is an error of the check, and both stay what they are: the first one counts.
            return {_key(key): _plain(item) for key, item in reversed(value.entries)}


def _key(key: Value) -> object:
    return key.text if isinstance(key, YamlScalar) else repr(_plain(key))


def addition(text: str, root: Branch | None, path: str, fields: Mapping[str, YamlData]) -> list[Splice]:
    """Adds an entry behind the last one, or the section behind the last one of the file."""
    style = _style(text, root)
    section = None if root is None else root.find(_SECTION)
    if section is None:
        return [_new_section(style, root, path, fields)]
    if not isinstance(section.value, Branch) or not section.value.entries:
        return _fill(style, section, {_written_key(path): dict(fields)})
    models = section.value
    key = _written_key(path, style, in_flow=models.is_flow)
    last = len(models.entries) - 1
    if models.is_flow:
        return [put_pair(style, models, last, key, dict(fields))]
    at = column(text, models.entries[0].start)
    return [_put_below(style, models.entries[last], at, block(key, dict(fields), at, style))]


def _put_below(style: Style, entry: YamlEntry, at: int, lines: list[str]) -> Splice:
    """Puts lines below an entry of the column `at` and below the comments inside of it."""
    text = style.text
    stop = over_remarks(text, next_line(text, entry.end), at)
    end = len(text[:stop].rstrip("\r\n"))
    return put_lines(style, entry, lines, at=max(end, line_end(text, entry.end)))


def _new_section(style: Style, root: Branch | None, path: str, fields: Mapping[str, YamlData]) -> Splice:
    text, lines_break = style.text, style.line_break
    section: YamlData = {_written_key(path, style): dict(fields)}
    if root is not None and root.is_flow and root.entries:
        return put_pair(style, root, len(root.entries) - 1, _SECTION, section)
    at = 0 if root is None or not root.entries else column(text, root.entries[0].start)
    lead = "" if not text or text.endswith(("\n", "\r")) else lines_break
    apart = lines_break if text.strip() else ""
    return Splice(
        len(text), len(text), lead + apart + lines_break.join(block(_SECTION, section, at, style)) + lines_break
    )


def removal(text: str, root: Branch | None, path: str) -> list[Splice]:
    """Takes the entry out; the last one leaves an empty section."""
    section, models, index = _place(root, path)
    if section is None or models is None:
        return []
    style = _style(text, root)
    return empty(style, section, "") if len(models.entries) == 1 else remove_entries(style, models, [index])


def renaming(text: str, root: Branch | None, path: str, to: str) -> list[Splice]:
    """Writes another path in the place of an entry's."""
    section, models, index = _place(root, path)
    key = None if section is None or models is None else models.entries[index].key
    if models is None or not isinstance(key, Leaf):
        return []
    literal = rewritten(to, key.style, in_flow=models.is_flow, quote=_style(text, root).quote)
    return [Splice(key.content, key.end, literal)]


def with_value(text: str, root: Branch | None, path: str, key: str, value: FieldValue | None) -> list[Splice]:
    """Writes the value of a key of an entry, or takes the key out."""
    section, models, index = _place(root, path)
    if section is None or models is None:
        return []
    style, entry = _style(text, root), models.entries[index]
    fields = entry.value
    if not isinstance(fields, Branch) or not fields.entries:
        return _fill(style, entry, {key: value}) if value else []
    at = next((i for i, each in enumerate(fields.entries) if _is_key(each, key)), None)
    if at is None:
        return [put_pair(style, fields, _index_before(fields, key), key, value)] if value else []
    if value:
        return _replace(style, fields, fields.entries[at], value)
    return empty(style, entry, "") if len(fields.entries) == 1 else remove_entries(style, fields, [at])


def _place(root: Branch | None, path: str) -> tuple[YamlEntry | None, Branch | None, int]:
    """Returns the section, its map and the index of an entry in it. The section is None if it has no such entry."""
    section = None if root is None else root.find(_SECTION)
    models = None if section is None or not isinstance(section.value, Branch) else section.value
    index = next((i for i, each in enumerate(models.entries) if _is_key(each, path)), -1) if models else -1
    return (section, models, index) if index >= 0 else (None, None, -1)


def _is_key(entry: YamlEntry, key: str) -> bool:
    return isinstance(entry.key, Leaf) and entry.key.text == key


def _index_before(fields: Branch, key: str) -> int:
    """The entry behind which a key is written: the last of those that come first by custom."""
    earlier = MODEL_KEYS[: MODEL_KEYS.index(key)]
    earlier_entries = [
        i for i, each in enumerate(fields.entries) if isinstance(each.key, Leaf) and each.key.text in earlier
    ]
    return max(earlier_entries, default=0)


def _fill(style: Style, pair: YamlEntry, fields: dict[str, YamlData]) -> list[Splice]:
    """Writes fields below a key that has no value, `null` or `{}`."""
    text = style.text
    if pair.key is None:
        return []
    colon = text.index(":", pair.key.end) + 1
    end = line_end(text, max(pair.value.end, colon))
    at = column(text, pair.start) + style.indent
    lines = [line for key, value in fields.items() for line in block(key, value, at, style)]
    below = Splice(end, end, "".join(style.line_break + line for line in lines))
    is_written = pair.value.end > max(pair.value.start, colon)
    return [Splice(colon, pair.value.end, ""), below] if is_written else [below]


def _replace(style: Style, fields: Branch, pair: YamlEntry, value: FieldValue) -> list[Splice]:
    node = pair.value
    if not isinstance(value, str):
        literal = flow(value, style)
    else:
        leaf_style = node.style if isinstance(node, Leaf) else ""
        literal = rewritten(value, leaf_style, in_flow=fields.is_flow, quote=style.quote)
    if isinstance(node, Branch):
        splices = _list_changed(style, node, value) if isinstance(value, tuple) else None
        return empty(style, pair, literal) if splices is None else splices
    if pair.key is not None and node.style == "" and core_value(node.text) is None:
        colon = style.text.index(":", pair.key.end) + 1
        return [Splice(colon, max(colon, node.end), f" {literal}")]
    return [Splice(node.start if node.style == "*" else node.content, node.end, literal)]


def _list_changed(style: Style, items: Branch, names: tuple[str, ...]) -> list[Splice] | None:
    """The changes of a list to which names are only added or of which some are only taken; None for any other."""
    old = [each.value.text if isinstance(each.value, Leaf) else None for each in items.entries]
    if items.is_map or not old or None in old:
        return None
    if list(names[: len(old)]) == old and len(names) == len(old) + 1:
        return [put_item(style, items, len(old), names[-1])]
    missing = [index for index, name in enumerate(old) if name not in names]
    if missing and [name for name in old if name in names] == list(names):
        return remove_entries(style, items, missing)
    return None


def _written_key(path: str, style: Style | None = None, *, in_flow: bool = False) -> str:
    return literal_of(path, in_flow=in_flow, quote='"' if style is None else style.quote)


def _style(text: str, root: Branch | None) -> Style:
    """The style of the text, with the indentation of its first section that has lines of its own."""
    if root is None or root.is_flow:
        return style_of(text, _INDENT)
    for entry in root.entries:
        inner = entry.value
        if isinstance(inner, Branch) and inner.is_map and not inner.is_flow and inner.entries:
            return style_of(text, column(text, inner.entries[0].start) - column(text, entry.start))
    return style_of(text, _INDENT)

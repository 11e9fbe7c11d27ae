"""Edits of YAML by its layout: insert or remove an entry, in lines or in brackets.

Each keeps the comments of removed entries. It knows no stages.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from rune.editing.language.yaml.layout import (
    LINE_BREAK,
    Branch,
    Leaf,
    Node,
    YamlComment,
    YamlEntry,
    column,
    comments,
    leaves,
    line_break,
    line_end,
    line_start,
    next_line,
)
from rune.editing.language.yaml.scalars import block_text, literal_of
from rune.editing.language.yaml.splice import Splice

YamlData = int | float | str | tuple["YamlData", ...] | dict[str, "YamlData"]
"""Something that is to be written anew."""


@dataclass(frozen=True)
class Style:
    """The style of a text: its line breaks, indentation, quotes, and whether short lists stand in brackets."""

    text: str
    line_break: str
    indent: int
    dash_indent: int
    quote: str
    inputs_in_flow: bool
    types_in_flow: bool


_BLOCK_LIST = re.compile(r"^( +)(?:inputs|outputs): *(?:#.*)?\r?\n(?: *(?:#.*)?\r?\n)*( *)- ", re.MULTILINE)
_QUOTE = re.compile(r"[:\-\[{,] *(['\"])")
_INPUTS = re.compile(r"\binputs: *(\[)?")
_TYPES = re.compile(r"(?:- *|\[ *)(\{)? *type *:")


def style_of(text: str, indent: int) -> Style:
    """The style of a text, told from the first of each thing in it."""
    dash = _BLOCK_LIST.search(text)
    quote = _QUOTE.search(text)
    inputs = _INPUTS.search(text)
    types = _TYPES.search(text)
    return Style(
        text,
        line_break(text),
        indent,
        len(dash[2]) - len(dash[1]) if dash else 2,
        quote[1] if quote else '"',
        inputs is None or inputs[1] is not None,
        types is None or types[1] is not None,
    )


def flow(value: YamlData, style: Style) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(inner, style)}" for key, inner in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(flow(inner, style) for inner in value) + "]"
    return literal_of(value, in_flow=True, quote=style.quote)


def block(key: str, value: YamlData, at: int, style: Style) -> list[str]:
    """The lines of a key and its value, the key in the column `at`."""
    lead = " " * at + key + ":"
    if isinstance(value, dict) and value:
        inner = [line for name, item in value.items() for line in block(name, item, at + style.indent, style)]
        return [lead, *inner]
    if isinstance(value, tuple) and value:
        if isinstance(value[0], dict):
            return [lead, *(line for item in value for line in item_lines(item, at + style.dash_indent, style))]
        if key != "inputs" or style.inputs_in_flow:
            return [f"{lead} {flow(value, style)}"]
        return [lead, *(line for item in value for line in item_lines(item, at + style.dash_indent, style))]
    if isinstance(value, dict | tuple):
        return [f"{lead} {flow(value, style)}"]
    return [f"{lead} {scalar(value, at, style)}"]


def scalar(value: int | float | str, at: int, style: Style) -> str:
    """A single value behind a key in the column `at`; a text of several lines becomes a block."""
    if isinstance(value, str) and "\n" in value:
        literal = block_text(value, at + style.indent, style.line_break)
        if literal is not None:
            return literal
    return literal_of(value, in_flow=False, quote=style.quote)


def item_lines(item: YamlData, at: int, style: Style) -> list[str]:
    """The lines of an item of a list, its dash in the column `at`."""
    if isinstance(item, dict) and not style.types_in_flow:
        pairs = [f"{key}: {flow(inner, style)}" for key, inner in item.items()]
        return [f"{' ' * at}- {pairs[0]}", *(f"{' ' * at}  {pair}" for pair in pairs[1:])]
    literal = (
        literal_of(item, in_flow=False, quote=style.quote) if isinstance(item, int | float | str) else flow(item, style)
    )
    return [f"{' ' * at}- {literal}"]


def ends_with_break(text: str, node: Node) -> bool:
    """Returns whether it ends with a text that keeps its last line breaks (`|+`)."""
    return node.end > node.start and text[node.end - 1] in "\r\n"


def put_lines(
    style: Style, after: YamlEntry, lines: list[str], *, is_apart: bool = False, at: int | None = None
) -> Splice:
    """Puts lines behind an entry of a block, or at `at`, the end of a line; `is_apart` with a blank line between."""
    text = style.text
    if at is None and ends_with_break(text, after.value):
        end = after.end
        return Splice(end, end, "".join(line + style.line_break for line in lines))
    end = line_end(text, after.end) if at is None else at
    lead = style.line_break * (2 if is_apart else 1)
    return Splice(end, end, lead + style.line_break.join(lines))


def put_pair(style: Style, branch: Branch, after: int, key: str, value: YamlData) -> Splice:
    """Puts a key behind the entry `after` of a map that has entries."""
    entry = branch.entries[after]
    if branch.is_flow:
        return _put_in_flow(style, branch, after, f"{key}: {flow(value, style)}")
    return put_lines(style, entry, block(key, value, column(style.text, branch.entries[0].start), style))


def put_item(style: Style, branch: Branch, index: int, item: YamlData) -> Splice:
    """Puts an item before the one of that index, or at the end."""
    text, count = style.text, len(branch.entries)
    if branch.is_flow:
        if not count:
            return Splice(branch.end - 1, branch.end - 1, flow(item, style))
        if index < count:
            at = branch.entries[index].start
            return Splice(at, at, flow(item, style) + ", ")
        return _put_in_flow(style, branch, count - 1, flow(item, style))
    lines = item_lines(item, column(text, dash(text, branch.entries[0])), style)
    if index >= count:
        return put_lines(style, branch.entries[-1], lines)
    at = dash(text, branch.entries[index])
    inner = (style.line_break + " " * column(text, at)).join(line.lstrip(" ") for line in lines)
    return Splice(at, at, inner + style.line_break + " " * column(text, at))


def _put_in_flow(style: Style, branch: Branch, after: int, literal: str) -> Splice:
    """Puts a literal behind an entry in brackets; in a line of its own where the entries before stand in lines of
    their own."""
    text, entries = style.text, branch.entries
    end = entries[after].end
    start = entries[after].start
    is_on_lines = after > 0 and LINE_BREAK.search(text, entries[after - 1].end, start) is not None
    if is_on_lines and not text[line_start(text, start) : start].strip():
        return Splice(end, end, f",{style.line_break}{' ' * column(text, start)}{literal}")
    return Splice(end, end, f", {literal}")


def dash(text: str, entry: YamlEntry) -> int:
    """Returns where the dash of an item of a block list stands."""
    at = entry.value.start
    while True:
        at = text.rfind("-", 0, at)
        start = line_start(text, at)
        if at < 0:
            return entry.value.start
        if not text[start:at].strip(" -") and (at + 1 == len(text) or text[at + 1] in " \t\r\n"):
            return at


def remove_entries(style: Style, branch: Branch, indices: Collection[int], end: int | None = None) -> list[Splice]:
    """Takes entries out, but not all of them; their comments stay. `end` is where the text of the last one ends."""
    if branch.is_flow:
        return _remove_from_flow(style, branch, sorted(indices))
    return [_remove_lines(style, branch, index, end) for index in sorted(indices)]


def _remove_lines(style: Style, branch: Branch, index: int, end: int | None) -> Splice:
    text, entry = style.text, branch.entries[index]
    first = entry.start if branch.is_map else dash(text, entry)
    before = line_start(text, first)
    if text[before:first].strip():
        # `- key: value`: the next entry moves up beside the dash.
        following = branch.entries[index + 1]
        remarks = [
            text[comment.start : comment.end].rstrip() for comment in _inside(text, entry, first, following.start)
        ]
        lead = "".join(f"{remark}{style.line_break}{' ' * column(text, first)}" for remark in remarks)
        return Splice(first, following.start if branch.is_map else dash(text, following), lead)
    at = column(text, first)
    stop = entry.end if ends_with_break(text, entry.value) else next_line(text, entry.end)
    if end is not None and index == len(branch.entries) - 1:
        stop = max(stop, end)
    stop = over_remarks(text, stop, at)
    remarks = [text[comment.start : comment.end].rstrip() for comment in _inside(text, entry, first, stop)]
    line_before = text[_line_before(text, before) : before].strip()
    is_blank_before = not line_before
    has_remark_before = line_before.startswith("#")
    remark_lines = "".join(" " * at + remark + style.line_break for remark in remarks)
    keeps = index > 0 and ends_with_break(text, branch.entries[index - 1].value)
    rest = next_line(text, stop)
    is_blank_after = stop < len(text) and not text[stop:rest].strip()
    if is_blank_after and not remarks and (is_blank_before or keeps):
        stop = rest
    elif not is_blank_after and stop < len(text) and (remarks or has_remark_before) and _is_apart(branch):
        remark_lines += style.line_break
    return Splice(before, stop, remark_lines)


def _is_apart(branch: Branch) -> bool:
    """Returns whether the entries are so large that a remark above one is about it: a map of maps, as the pipeline
    is."""
    return branch.is_map and any(isinstance(entry.value, Branch) for entry in branch.entries)


def _line_before(text: str, start: int) -> int:
    """Returns where the line before the one that starts there begins."""
    end = start - 2 if text[max(start - 2, 0) : start] == "\r\n" else start - 1
    return line_start(text, max(end, 0))


def over_remarks(text: str, stop: int, at: int) -> int:
    """Returns the place behind the comments that follow and are indented more than the entry: they belong to it."""
    end = stop
    while stop < len(text):
        start, stop = stop, next_line(text, stop)
        line = text[start:stop].strip()
        if not line:
            continue
        if not line.startswith("#") or len(text[start:stop]) - len(text[start:stop].lstrip(" ")) <= at:
            break
        end = stop
    return end


def _inside(text: str, entry: YamlEntry, start: int, stop: int) -> list[YamlComment]:
    """The comments of an entry; one in the head of a block text too."""
    whole = Branch(entry.start, entry.start, entry.end, True, False, (entry,), None)
    remarks = list(comments(text, whole, start, stop))
    for leaf in leaves(whole):
        remark = head_remark(text, leaf)
        if remark is not None:
            remarks.append(remark)
    return sorted(remarks, key=lambda comment: comment.start)


def head_remark(text: str, leaf: Leaf) -> YamlComment | None:
    """The comment behind the `|` or `>` of a block text."""
    if leaf.style not in ("|", ">"):
        return None
    end = min(line_end(text, leaf.content), leaf.end)
    at = text.find("#", leaf.content, end)
    return YamlComment(at, end, False) if at >= 0 else None


def _remove_from_flow(style: Style, branch: Branch, indices: list[int]) -> list[Splice]:
    entries = branch.entries
    remaining = [index for index in range(len(entries)) if index not in indices]
    splices = []
    for index in indices:
        if index < remaining[-1]:
            splices.append(cut_from_flow(style, branch, entries[index].start, entries[index + 1].start))
    if indices[-1] > remaining[-1]:
        splices.append(cut_from_flow(style, branch, entries[remaining[-1]].end, entries[-1].end))
    return splices


def cut_from_flow(style: Style, branch: Branch, start: int, end: int) -> Splice:
    """Takes a piece out of what is in brackets; its comments stay, each at the end of a line."""
    text = style.text
    remarks = [text[comment.start : comment.end].rstrip() for comment in _inside_flow(text, branch, start, end)]
    if not remarks:
        return Splice(start, end, "")
    lead = " " if start and not text[start - 1].isspace() else ""
    back = style.line_break + " " * (column(text, end) if not text[line_start(text, end) : end].strip() else 2)
    return Splice(start, end, lead + back.join(remarks) + back)


def _inside_flow(text: str, branch: Branch, start: int, end: int) -> list[YamlComment]:
    return [comment for comment in comments(text, branch, branch.start, branch.end) if start <= comment.start < end]


def empty(style: Style, pair: YamlEntry, literal: str) -> list[Splice]:
    """Takes all entries of a key's list or map out; `literal` and the comments stay."""
    text, branch = style.text, pair.value
    if not isinstance(branch, Branch) or pair.key is None or not branch.entries:
        return []
    if branch.is_flow:
        inside = comments(text, branch, branch.content, branch.end)
        if not inside:
            return [Splice(branch.content, branch.end, literal or "{}")]
        remarks = (text[comment.start : comment.end].rstrip() for comment in inside)
        lines = "".join(f" {remark}{style.line_break}" for remark in remarks)
        return [Splice(branch.content + 1, branch.end - 1, lines + " " * (column(text, pair.start) + style.indent))]
    first = branch.entries[0].start if branch.is_map else dash(text, branch.entries[0])
    last = branch.entries[-1]
    stop = last.end if ends_with_break(text, last.value) else next_line(text, last.end)
    at = column(text, first)
    remarks = (text[comment.start : comment.end].rstrip() for comment in _inside(text, pair, first, stop))
    remark_lines = "".join(" " * at + remark + style.line_break for remark in remarks)
    colon = text.index(":", pair.key.end) + 1
    behind = (
        colon if branch.start == branch.content else branch.start + len(text[branch.start : branch.content].rstrip())
    )
    return [
        Splice(behind, behind, f" {literal}" if literal else ""),
        Splice(line_start(text, first), stop, remark_lines),
    ]

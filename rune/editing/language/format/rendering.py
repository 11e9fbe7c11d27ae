"""One style for a Runefile's layout: values and comments stay, and the text between them is rewritten.

What cannot be known to mean the same afterwards, such as a list in brackets with comments in it, is kept as it is.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from rune.editing.language.format.pieces import fits_flow, leaf_text, markers, shift_lines
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
    line_start,
)
from rune.editing.language.yaml.splice import Splice

INDENT = 2
LONGEST_INPUTS = 80
"""Columns up to which the inputs of a stage stand in one line."""
LONGEST_LINE = 100
"""Columns up to which what is in brackets is put into one line."""

_ROLES = {
    "root": {"pipeline": "stages", "resources": "resources"},
    "stage": {"inputs": "inputs", "outputs": "types"},
    "type": {"type": "element", "dimensions": "dimensions"},
}


class StyleUnknown(Exception):
    """Something is written in a way that is not known; `reason` goes on after "Line 3"."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


def render(text: str, layout: Node) -> tuple[Splice, ...]:
    """The changes that format a text. Raises `StyleUnknown`."""
    return _Renderer(text, layout).document()


@dataclass(frozen=True, slots=True)
class _EntryColumns:
    """The column of a block's entries now, and the one that they had."""

    indent: int
    before: int


class _Renderer:
    def __init__(self, text: str, layout: Node) -> None:
        self._text = text
        self._layout = layout
        self._break = line_break(text)
        marks = markers(text, layout)
        self._comments = sorted((*comments(text, layout), *marks), key=lambda comment: comment.start)
        self._marks = {mark.start for mark in marks}
        self._starts = [comment.start for comment in self._comments]
        self._next = 0
        self._splices: list[Splice] = []
        self._at = len("\ufeff") if text.startswith("\ufeff") else 0
        self._gap: list[str] = []
        self._column = 0
        self._is_fresh = True  # Nothing stands in the line yet.
        self._is_remarked = False

    def document(self) -> tuple[Splice, ...]:
        layout, end = self._layout, len(self._text) + 1
        if isinstance(layout, Branch) and not layout.is_flow:
            if layout.is_map:
                self._key(layout.entries[0])
            if layout.start != layout.entries[0].start:
                raise StyleUnknown(layout.start, "gives the whole file an anchor or a tag, or starts it with a list")
            self._block(layout, "root", _EntryColumns(0, 0), end)
        else:
            self._lead(layout.start, 0, is_first=True)
            self._value_in_line(layout, "root", _EntryColumns(0, 0))
        self._tail(0, 0, end)
        if not self._is_fresh and not self._ends_without_break():
            self._gap.append(self._break)
        self._flush(len(self._text))
        return tuple(self._splices)

    def _ends_without_break(self) -> bool:
        """Returns whether a block text ends the file without a line break, which would be one of its own."""
        last = self._layout
        while isinstance(last, Branch) and last.entries:
            last = last.entries[-1].value
        return isinstance(last, Leaf) and last.style in ("|", ">") and last.end == len(self._text)

    # Blocks.

    def _block(self, node: Branch, role: str, place: _EntryColumns, limit: int, *, is_inline: bool = False) -> None:
        """The entries, one below the other; `limit` is where the next thing after them starts."""
        for index, entry in enumerate(node.entries):
            if index > 0 or not is_inline:
                is_block = isinstance(entry.value, Branch) and not entry.value.is_flow
                is_apart = role == "stages" or (role == "root" and is_block)
                self._lead(entry.start, place.indent, is_first=index == 0, is_apart=is_apart)
            following = node.entries[index + 1].start if index + 1 < len(node.entries) else limit
            if node.is_map:
                self._pair(entry, role, place, following)
            else:
                self._item(entry, role, place, following)
        self._tail(place.indent, place.before, limit)

    def _pair(self, entry: YamlEntry, role: str, place: _EntryColumns, limit: int) -> None:
        key, value = self._key(entry), entry.value
        self._leaf(key, "key", place)
        self._put(" :" if key.style == "*" else ":")
        if isinstance(value, Leaf) and value.start == value.end:
            return
        inner = _ROLES.get(role, {}).get(key.text, "stage" if role == "stages" else "")
        if isinstance(value, Leaf) or self._is_in_line(value, inner, place.indent + len(key.text) + 2):
            if self._is_commented(value.start):
                self._lead(value.start, place.indent + INDENT, is_first=True)
            else:
                self._put(" ")
            self._value_in_line(value, inner, place)
            return
        if value.start != value.content and not value.is_flow:
            self._properties(value)
        self._block(value, inner, self._inside(value, place), limit)

    def _item(self, entry: YamlEntry, role: str, place: _EntryColumns, limit: int) -> None:
        value, inner = entry.value, "type" if role == "types" else ""
        self._put("-")
        if isinstance(value, Leaf) and value.start == value.end:
            return
        if isinstance(value, Leaf) or self._is_in_line(value, inner, place.indent + INDENT):
            if self._is_commented(value.start):
                self._lead(value.start, place.indent + INDENT, is_first=True)
            else:
                self._put(" ")
            self._value_in_line(value, inner, place)
            return
        if value.start != value.content and not value.is_flow:
            self._properties(value)
            is_inline = False
        else:
            is_inline = not self._is_commented(value.entries[0].start)
            self._put(" " if is_inline else "")
        self._block(value, inner, self._inside(value, place), limit, is_inline=is_inline)

    def _inside(self, value: Branch, outer: _EntryColumns) -> _EntryColumns:
        """The place of a block inside of another one."""
        first = value.entries[0]
        if value.is_flow:
            before = outer.before + INDENT
        elif value.is_map:
            before = column(self._text, first.start)
        else:
            before = column(self._text, self._dash(value))
            # A list in its key's own column ends with its last item: what is said below belongs to the next key.
            before += before == outer.before
        return _EntryColumns(outer.indent + INDENT, before)

    def _dash(self, value: Branch) -> int:
        at = value.content
        while self._text[at] != "-":
            index = bisect_left(self._starts, at)
            at = self._comments[index].end if index < len(self._starts) and self._starts[index] == at else at + 1
        return at

    def _properties(self, value: Branch) -> None:
        if self._is_commented(value.start):
            raise StyleUnknown(value.start, "has a comment before an anchor or a tag")
        self._put(" ")
        end = value.start + len(self._text[value.start : value.content].rstrip())
        self._token(value.start, end, self._text[value.start : end])

    # Values within a line.

    def _value_in_line(self, value: Node, role: str, place: _EntryColumns) -> None:
        if isinstance(value, Leaf):
            self._leaf(value, role, place)
        elif self._is_preserved(value, role, self._column):
            self._token(
                value.start, value.end, shift_lines(self._text[value.start : value.end], place.indent - place.before, 0)
            )
            self._next = max(self._next, bisect_left(self._starts, value.end))
        else:
            self._flow(value, role)

    def _is_in_line(self, value: Branch, role: str, at: int) -> bool:
        """Returns whether a list or map stands, or shall stand, in brackets."""
        if not value.entries:
            return True
        if self._is_fixed(value):
            return value.is_flow
        match role:
            case "inputs":
                return fits_flow(value) and at + len(self._flow_text(value, role)) <= LONGEST_INPUTS
            case "type" | "dimensions":
                return fits_flow(value) and at + len(self._flow_text(value, role)) <= LONGEST_LINE
            case "types":
                return value.is_flow and value.start != value.content
            case _:
                return value.is_flow

    def _is_preserved(self, value: Branch, role: str, at: int) -> bool:
        """Returns whether what is in brackets is better left as it is."""
        if self._is_fixed(value):
            return True
        is_wide = at + len(self._flow_text(value, role)) > LONGEST_LINE
        return is_wide and LINE_BREAK.search(self._text, value.start, value.end) is not None

    def _is_fixed(self, value: Branch) -> bool:
        """Returns whether it holds comments or texts of several lines."""
        if self._has_comment(value.start, value.end):
            return True
        if value.is_flow and not LINE_BREAK.search(self._text, value.start, value.end):
            return False
        return any(LINE_BREAK.search(self._text, leaf.start, leaf.end) for leaf in leaves(value))

    def _has_comment(self, start: int, end: int) -> bool:
        index = bisect_left(self._starts, start)
        return index < len(self._starts) and self._starts[index] < end

    def _flow(self, node: Node, role: str) -> None:
        if isinstance(node, Leaf):
            self._leaf(node, role, _EntryColumns(0, 0))
            return
        if node.is_flow and self._text[node.content] not in "[{":
            raise StyleUnknown(node.start, "has a pair of key and value in a list in brackets")
        if node.start != node.content:
            end = node.start + len(self._text[node.start : node.content].rstrip())
            self._token(node.start, end, self._text[node.start : end])
            self._put(" ")
        self._put("{" if node.is_map else "[")
        for index, entry in enumerate(node.entries):
            self._put(", " if index else "")
            inner = {"types": "type"}.get(role, "")
            if entry.key is not None:
                key = self._key(entry)
                self._leaf(key, "key", _EntryColumns(0, 0))
                inner = _ROLES.get(role, {}).get(key.text, "stage" if role == "stages" else "")
                if isinstance(entry.value, Leaf) and entry.value.start == entry.value.end:
                    continue
                self._put(" : " if key.style == "*" else ": ")
            self._flow(entry.value, inner)
        self._put("}" if node.is_map else "]")

    def _flow_text(self, node: Node, role: str) -> str:
        """Returns roughly the text that `_flow` writes, to measure its length."""
        if isinstance(node, Leaf):
            return leaf_text(self._text, node, is_element=role == "element")
        left_bracket, right_bracket = ("{", "}") if node.is_map else ("[", "]")
        parts = [
            (f"{self._flow_text(entry.key, 'key')}: " if entry.key is not None else "")
            + self._flow_text(entry.value, "")
            for entry in node.entries
        ]
        return self._text[node.start : node.content] + left_bracket + ", ".join(parts) + right_bracket

    def _key(self, entry: YamlEntry) -> Leaf:
        key = entry.key
        if isinstance(key, Leaf) and key.start < key.end and not LINE_BREAK.search(self._text, key.start, key.end):
            before = key.start - 1
            while before >= 0 and self._text[before] in " \t":
                before -= 1
            if before < 0 or self._text[before] != "?":
                return key
        raise StyleUnknown(entry.start, "has a key that is not a word, or that stands behind a `?`")

    def _leaf(self, leaf: Leaf, role: str, place: _EntryColumns) -> None:
        if leaf.start == leaf.end:
            return
        if LINE_BREAK.search(self._text, leaf.start, leaf.end):
            least = None if leaf.style in ("|", ">") else place.indent + 1
            whole = shift_lines(self._text[leaf.start : leaf.end], place.indent - place.before, least)
            self._token(leaf.start, leaf.end, whole)
        else:
            self._token(leaf.start, leaf.end, leaf_text(self._text, leaf, is_element=role == "element"))

    # Lines and comments.

    def _is_commented(self, offset: int) -> bool:
        """Returns whether a comment comes before that."""
        return self._next < len(self._comments) and self._comments[self._next].start < offset

    def _lead(self, start: int, indent: int, *, is_first: bool, is_apart: bool = False) -> None:
        """Ends the line, writes the comments before `start`, and begins a new line."""
        self._trailing(start)
        may_be_blank, must_be_blank = not is_first, is_apart and not is_first
        while self._is_commented(start):
            self._own_line(indent, must_be_blank or (may_be_blank and self._is_after_blank(self._starts[self._next])))
            may_be_blank, must_be_blank = True, False
        self._line(indent, must_be_blank or (may_be_blank and self._is_after_blank(start)))

    def _tail(self, indent: int, before: int, limit: int) -> None:
        """The comments behind a block that stand as far in as it did."""
        self._trailing(limit)
        while self._is_commented(limit) and column(self._text, self._starts[self._next]) >= before:
            self._own_line(indent, self._is_after_blank(self._starts[self._next]))

    def _own_line(self, indent: int, is_blank: bool) -> None:
        comment = self._comments[self._next]
        self._next += 1
        self._line(0 if comment.start in self._marks else indent, is_blank)
        self._comment(comment)
        if comment.start in self._marks:
            self._is_remarked = False
            self._trailing(self._line_end(comment.end))

    def _line_end(self, offset: int) -> int:
        match = LINE_BREAK.search(self._text, offset)
        return match.start() if match else len(self._text)

    def _trailing(self, limit: int) -> None:
        """The comment at the end of the line; one that would come behind it gets a line of its own."""
        if not self._is_remarked and self._is_commented(limit) and not self._comments[self._next].is_alone:
            comment = self._comments[self._next]
            gap = 2
            if self._is_aligned(self._next):
                gap = max(gap, column(self._text, comment.start) - self._column)
            self._next += 1
            self._put(" " * gap)
            self._comment(comment)

    def _is_aligned(self, index: int) -> bool:
        """Returns whether the comment stands below or above another one at the end of a line."""
        comment = self._comments[index]
        for other in (*self._comments[max(index - 1, 0) : index], *self._comments[index + 1 : index + 2]):
            first, last = sorted((comment.start, other.start))
            is_next_line = len(LINE_BREAK.findall(self._text, first, last)) == 1
            if (
                is_next_line
                and not other.is_alone
                and column(self._text, other.start) == column(self._text, comment.start)
            ):
                return True
        return False

    def _comment(self, comment: YamlComment) -> None:
        self._token(comment.start, comment.end, self._text[comment.start : comment.end].rstrip())
        self._is_remarked = True

    def _is_after_blank(self, offset: int) -> bool:
        start = line_start(self._text, offset)
        before = line_start(self._text, start - 1) if start else 0
        if start and self._text[start - 2 : start] == "\r\n":
            before = line_start(self._text, start - 2)
        return start > 0 and not self._text[before:start].strip()

    def _line(self, indent: int, is_blank: bool) -> None:
        if not self._is_fresh:
            self._gap.append(self._break * (2 if is_blank else 1))
        self._gap.append(" " * indent)
        self._column = indent
        self._is_fresh = self._is_remarked = False

    def _put(self, text: str) -> None:
        self._gap.append(text)
        self._column += len(text)

    def _token(self, start: int, end: int, text: str) -> None:
        self._flush(start)
        if text != self._text[start:end]:
            self._splices.append(Splice(start, end, text))
        self._at = end
        lines = LINE_BREAK.split(text)
        self._column = len(lines[-1]) + (self._column if len(lines) == 1 else 0)
        # A block text that keeps its last lines ends with one.
        self._is_fresh = len(lines) > 1 and not lines[-1]

    def _flush(self, offset: int) -> None:
        gap = "".join(self._gap)
        if gap != self._text[self._at : offset]:
            self._splices.append(Splice(self._at, offset, gap))
        self._gap.clear()
        self._at = offset

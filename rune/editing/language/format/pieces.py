"""The pieces of a formatted text: values with their quotes, texts that move, the markers of a document."""

from __future__ import annotations

import re

from rune.editing.language.yaml.layout import LINE_BREAK, Leaf, Node, YamlComment, leaves
from rune.editing.language.yaml.scalars import is_plain_in_flow, needs_no_quotes, quoted_scalar

_MARKER = re.compile(r"^(?:---|\.\.\.|%[^\r\n]*)(?=[ \t]*(?:$|\r|#))", re.MULTILINE)


def fits_flow(node: Node) -> bool:
    """Returns whether it means the same in brackets."""
    if isinstance(node, Leaf):
        return node.style in ('"', "'", "*") or (not node.style and is_plain_in_flow(node.text))
    if node.is_flow:
        return True
    return all(
        fits_flow(entry.value)
        and (entry.key is None or (isinstance(entry.key, Leaf) and entry.key.style != "*" and fits_flow(entry.key)))
        for entry in node.entries
    )


def leaf_text(text: str, leaf: Leaf, *, is_element: bool = False) -> str:
    """A value of one line with the quotes that it needs; an element type in small letters."""
    properties, content = text[leaf.start : leaf.content], text[leaf.content : leaf.end]
    if is_element and not properties and leaf.style in ("", '"', "'"):
        small = leaf.text.lower()
        return small if needs_no_quotes(small) else content
    if leaf.style not in ('"', "'") or "!" in properties:
        return properties + content
    if needs_no_quotes(leaf.text):
        return properties + leaf.text
    if leaf.style == "'" and leaf.text.isprintable() and '"' not in leaf.text and "\\" not in leaf.text:
        return properties + quoted_scalar(leaf.text)
    return properties + content


def shift_lines(text: str, by: int, least: int | None) -> str:
    """Returns a piece of several lines with the lines after the first moved by columns, to `least` at the least.

    None is for a block text (`|`, `>`), whose lines of white space may be a part of it and move too.
    """
    is_block = least is None
    parts = [text[: match.end()] if (match := LINE_BREAK.search(text)) else text]
    at = len(parts[0])
    while at < len(text):
        match = LINE_BREAK.search(text, at)
        line = text[at : match.end() if match else len(text)]
        at += len(line)
        body = line.lstrip(" ")
        spaces = len(line) - len(body)
        if not body.strip("\r\n") and (spaces == 0 or not is_block):
            parts.append(line)
        else:
            parts.append(" " * max(spaces + by, least or 0) + body)
    return "".join(parts)


def markers(text: str, layout: Node) -> list[YamlComment]:
    """The lines `---`, `...` and `%...`, which are kept as comments are."""
    markers = []
    at = 0
    for start, end in (*((leaf.start, leaf.end) for leaf in leaves(layout)), (len(text), len(text))):
        markers += [
            YamlComment(match.start(), match.end(), True) for match in _MARKER.finditer(text, at, max(start, at))
        ]
        at = max(at, end)
    return markers

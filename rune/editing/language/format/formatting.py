"""Formatting a Runefile: one style of indentation, spaces, lists and quotes. No value changes its place or meaning."""

from __future__ import annotations

from collections.abc import Iterable

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.format.old_form import as_yaml, is_readable
from rune.editing.language.format.rendering import StyleUnknown, render
from rune.editing.language.yaml.layout import LayoutUnknown, Leaf, Node, comments, leaves, read_layout
from rune.editing.language.yaml.splice import Splice, as_edits, spliced
from rune.gc_paused import uncollected
from rune.source.runefile import Edit
from rune.source.runefile.syntax import RunefileForm
from rune.source.runefile.yaml.values import core_value

_MOST_ROUNDS = 5


class FormatRefused(Exception):
    """The text was left as it is; `reason` is a sentence that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@uncollected()
def format_text(analysis: Analysis) -> tuple[Edit, ...]:
    """The edits that format the Runefile, each as small as possible; none if it is formatted.

    What the text means stays the same, and so does every comment. A Runefile in the old line by line form becomes YAML
    as a whole. Raises `FormatRefused` when the text cannot be read, or is written in a way that the formatter does not
    know.
    """
    text = analysis.source.text
    if analysis.checked_runefile.syntax.form is not RunefileForm.TEXT:
        return as_edits(format_splices(text), analysis.source)
    if not is_readable(analysis):
        raise FormatRefused("The text cannot be read as a Runefile; fix its errors first.")
    yaml_text = as_yaml(analysis)
    return as_edits([Splice(0, len(text), spliced(yaml_text, format_splices(yaml_text)))], analysis.source)


def format_splices(text: str) -> tuple[Splice, ...]:
    """The same for a text alone."""
    layout = _layout(text)
    first, formatted_text, layout = _round(text, layout)
    previous = text
    for _ in range(_MOST_ROUNDS):
        again, after, layout = _round(formatted_text, layout)
        if not again:
            return first if previous is text else _difference(text, formatted_text)
        previous, formatted_text = formatted_text, after
    raise FormatRefused("The formatter gives no stable result for this text; please report this file.")


def _round(text: str, layout: Node | None) -> tuple[tuple[Splice, ...], str, Node | None]:
    """The changes of one formatting round, the text after them, and its layout."""
    if layout is None:
        return (), text, layout
    try:
        splices = render(text, layout)
    except StyleUnknown as problem:
        line = text.count("\n", 0, problem.offset) + 1
        raise FormatRefused(f"Line {line} {problem.reason}, which the formatter does not know.") from problem
    if not splices:
        return (), text, layout
    formatted_text = spliced(text, splices)
    after = _layout(formatted_text)
    if _meaning(text, layout) != _meaning(formatted_text, after) or _remarks(text, layout) != _remarks(
        formatted_text, after
    ):
        raise FormatRefused("Formatting would change what the text means; please report this file.")
    return splices, formatted_text, after


def _layout(text: str) -> Node | None:
    try:
        return read_layout(text)
    except LayoutUnknown as problem:
        raise FormatRefused("The text cannot be read as YAML; fix its errors first.") from problem


def _remarks(text: str, layout: Node | None) -> list[str]:
    return [text[comment.start : comment.end].rstrip() for comment in comments(text, layout)]


def _meaning(text: str, layout: Node | None) -> object:
    """The meaning of the text, without its style: the case of element types does not count."""
    return None if layout is None else _value(text, layout, ())


def _value(text: str, node: Node, path: tuple[str, ...]) -> object:
    properties = text[node.start : node.content].split()
    if isinstance(node, Leaf):
        if node.style == "*":
            return ("alias", node.text)
        is_element = len(path) == 5 and path[0] == "pipeline" and path[2:] == ("outputs", "", "type")
        content = node.text.lower() if is_element else node.text
        is_plain = not node.style and not any(part.startswith("!") for part in properties)
        return (properties, repr(core_value(content) if is_plain else content))
    entries: Iterable[object] = (
        (_value(text, entry.key, ()), _value(text, entry.value, (*path, _name(entry.key))))
        if entry.key is not None
        else _value(text, entry.value, (*path, ""))
        for entry in node.entries
    )
    return (properties, node.is_map, tuple(entries))


def _name(key: Node | None) -> str:
    return key.text if isinstance(key, Leaf) else ""


def _difference(before: str, after: str) -> tuple[Splice, ...]:
    """The edits between two forms of one text, found by what stands in both: their values and comments, in order."""
    old, new = _pieces(before), _pieces(after)
    if len(old) != len(new):
        raise FormatRefused("The formatter gives no stable result for this text; please report this file.")
    splices = []
    at, at_new = 0, 0
    for (start, end), (new_start, new_end) in zip((*old, (len(before),) * 2), (*new, (len(after),) * 2), strict=True):
        splices.append(Splice(at, start, after[at_new:new_start]))
        splices.append(Splice(start, end, after[new_start:new_end]))
        at, at_new = end, new_end
    return tuple(splice for splice in splices if splice.text != before[splice.start : splice.end])


def _pieces(text: str) -> list[tuple[int, int]]:
    layout = _layout(text)
    ranges = [(leaf.start, leaf.end) for leaf in leaves(layout) if leaf.end > leaf.start]
    return sorted([*ranges, *((comment.start, comment.end) for comment in comments(text, layout))])

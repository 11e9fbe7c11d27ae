"""The answer of a rune in words, for its card: some of its labels, or the kind of values that it sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rune.wording import alternatives, plain
from rune.wordlist import words_of

MOST_LABELS = 4
"""The labels that a card names; it counts the others."""
LONGEST_LABEL = 30
_ONE_ELEMENT = re.compile(r"\w+\[1(, ?1)*\]")


def answer_of(outline: Mapping[str, Any], text_of: Callable[[str], str]) -> str:
    """The answer of an outline's pipeline; "" where it sends nothing. `text_of` reads a file of the project."""
    nodes: Sequence[Mapping[str, Any]] = outline.get("nodes", ())
    wires: Sequence[Mapping[str, Any]] = outline.get("wires", ())
    labels = [label for node in nodes for label in _labels(node, text_of)]
    if labels:
        return _some(list(dict.fromkeys(labels)))
    outputs = {node["name"] for node in nodes if node["kind"] == "output"}
    types = [str(wire.get("type", "")) for wire in wires if wire["target"] in outputs]
    if not types:
        return ""
    if any(each.startswith("utf8") for each in types):
        return "text"
    return "a number" if len(types) == 1 and _ONE_ELEMENT.fullmatch(types[0]) else "numbers"


def _labels(node: Mapping[str, Any], text_of: Callable[[str], str]) -> list[str]:
    """The words of a stage's list that say something."""
    files = [each["file"] for each in node.get("arguments", ()) if each["name"] == "wordlist" and each["file"]]
    words = (word.strip() for name in files for word in words_of(text_of(name)))
    return [plain(word, LONGEST_LABEL) for word in words if word]


def _some(labels: Sequence[str]) -> str:
    if len(labels) <= MOST_LABELS + 1:
        return alternatives(labels)
    return alternatives([*labels[:MOST_LABELS], f"{len(labels) - MOST_LABELS} more"])

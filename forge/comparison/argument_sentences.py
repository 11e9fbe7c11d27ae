"""Changed arguments in sentences: `The window of audio is 0.5 s, was 1 s.`, ``Label `8` is now `eight`.``"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from forge.comparison.changes import ArgumentChange, StageChange
from forge.comparison.choice_words import choice_words
from rune.wording import counted, hertz, plain

LABELS_NAMED = 3
"""Labels that have a sentence each; the others are counted."""
LONGEST_WORD = 40
"""Characters of a value that a sentence repeats."""
LABEL_LIST = ("label", "wordlist")
"""The block that gives names to numbers, and its argument with one name a line."""


@dataclass(frozen=True)
class _Words:
    """What a capability's parameter is called, and how its number is said."""

    name: str
    said: Callable[[float], str]


_PARAMETERS: Mapping[str, _Words] = {
    "hz": _Words("sample rate", hertz),
    "sample_duration_ms": _Words("window", lambda value: f"{value / 1000:g} s"),
    "width": _Words("width", lambda value: f"{value:g} pixels"),
    "height": _Words("height", lambda value: f"{value:g} pixels"),
    "samples": _Words("window", lambda value: counted(int(value), "sample")),
    "pixel_format": _Words("pixel format", str),
    "length": _Words("length", lambda value: counted(int(value), "byte")),
}


def argument_sentences(stage: StageChange) -> tuple[str, ...]:
    """What became of a stage's arguments. A sound's rate is left out where the stage's own sentence has it."""
    return tuple(
        sentence
        for change in stage.arguments
        if not (stage.is_another and change.name == "hz")
        for sentence in _sentences(stage, change)
    )


def _sentences(stage: StageChange, change: ArgumentChange) -> tuple[str, ...]:
    node = stage.node
    text_changed = (f"The text `{change.name}` of `{node.name}` changed.",)
    if not change.is_told:
        return text_changed
    if (node.kind, node.detail, change.name) == ("block", *LABEL_LIST) and change.before and change.after:
        return label_sentences(change.before.splitlines(), change.after.splitlines()) or text_changed
    words = _PARAMETERS.get(change.name) if node.kind == "capability" else None
    before, after = _said(change.before, words), _said(change.after, words)
    if before is None or after is None:
        return text_changed
    what = f"The {words.name}" if words else f"`{change.name}`"
    return (f"{what} of `{node.name}` is {after}, was {before}.",)


def _said(value: str | None, words: _Words | None) -> str | None:
    """A value for a sentence; None for one that is too long for it."""
    if value is None:
        return "left out"
    number = _number(value)
    if number is not None:
        return words.said(number) if words else value
    if (called := choice_words(value)) != value:
        return called
    return None if "\n" in value or len(value) > LONGEST_WORD else _quoted(value)


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def label_sentences(before: list[str], after: list[str]) -> tuple[str, ...]:
    """What became of a list of labels, each known by its place."""
    if Counter(before) == Counter(after):
        return ("The labels are in another order.",) if before != after else ()
    if len(before) == len(after):
        renamed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        return _some([f"Label {_quoted(old)} is now {_quoted(new)}." for old, new in renamed], "more labels changed.")
    lost, gained = Counter(before) - Counter(after), Counter(after) - Counter(before)
    come = [f"A new label, {_quoted(word)}." for word in gained.elements()]
    gone = [f"The label {_quoted(word)} was removed." for word in lost.elements()]
    return (
        *_some(come, "more labels are new."),
        *_some(gone, "more labels were removed."),
    )


def _some(said: list[str], rest: str) -> tuple[str, ...]:
    """The sentences, or the first of many and how many others there are."""
    if len(said) <= LABELS_NAMED + 1:
        return tuple(said)
    return (*said[:LABELS_NAMED], f"{len(said) - LABELS_NAMED} {rest}")


def _quoted(word: str) -> str:
    return "`" + plain(word, LONGEST_WORD).replace("`", "'") + "`"

"""Changed arguments in sentences: `The window of audio is 0.5 s, was 1 s.`, ``Label `8` is now `eight`.``"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from forge.comparison.changes import ArgumentChange, StageChange
from forge.comparison.choice_names import choice_name
from rune.wording import counted, hertz, plain
from rune.wordlist import words_of

MAX_LABELS = 3
"""Labels that have a sentence each; the others are counted."""
MAX_VALUE_LENGTH = 40
"""Characters of a value that a sentence repeats."""
LABEL_LIST = ("label", "wordlist")
"""The block that gives names to numbers, and its argument with one name a line."""


@dataclass(frozen=True)
class _ParameterText:
    """The name of a capability's parameter, and the format of its number."""

    name: str
    number_text: Callable[[float], str]


_PARAMETERS: Mapping[str, _ParameterText] = {
    "hz": _ParameterText("sample rate", hertz),
    "sample_duration_ms": _ParameterText("window", lambda value: f"{value / 1000:g} s"),
    "width": _ParameterText("width", lambda value: f"{value:g} pixels"),
    "height": _ParameterText("height", lambda value: f"{value:g} pixels"),
    "samples": _ParameterText("window", lambda value: counted(int(value), "sample")),
    "pixel_format": _ParameterText("pixel format", str),
    "length": _ParameterText("length", lambda value: counted(int(value), "byte")),
}


def argument_sentences(stage: StageChange) -> tuple[str, ...]:
    """Returns the changes of a stage's arguments. A sound's rate is omitted where the stage's own sentence has it."""
    return tuple(
        sentence
        for change in stage.arguments
        if not (stage.is_another and change.name == "hz")
        for sentence in _sentences(stage, change)
    )


def _sentences(stage: StageChange, change: ArgumentChange) -> tuple[str, ...]:
    node = stage.node
    text_changed = (f"The text `{change.name}` of `{node.name}` changed.",)
    if not change.is_text_known:
        return text_changed
    if (node.kind, node.detail, change.name) == ("block", *LABEL_LIST) and change.before and change.after:
        return label_sentences(words_of(change.before), words_of(change.after)) or text_changed
    text = _PARAMETERS.get(change.name) if node.kind == "capability" else None
    before, after = _value_text(change.before, text), _value_text(change.after, text)
    if before is None or after is None:
        return text_changed
    what = f"The {text.name}" if text else f"`{change.name}`"
    return (f"{what} of `{node.name}` is {after}, was {before}.",)


def _value_text(value: str | None, text: _ParameterText | None) -> str | None:
    """A value for a sentence; None for one that is too long for it."""
    if value is None:
        return "left out"
    number = _number(value)
    if number is not None:
        return text.number_text(number) if text else value
    if (choice := choice_name(value)) != value:
        return choice
    return None if "\n" in value or len(value) > MAX_VALUE_LENGTH else _quote(value)


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def label_sentences(before: list[str], after: list[str]) -> tuple[str, ...]:
    """Returns the changes of a list of labels, each identified by its position."""
    if Counter(before) == Counter(after):
        return ("The labels are in another order.",) if before != after else ()
    if len(before) == len(after):
        renames = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        return _some([f"Label {_quote(old)} is now {_quote(new)}." for old, new in renames], "more labels changed.")
    lost_words, new_words = Counter(before) - Counter(after), Counter(after) - Counter(before)
    new_sentences = [f"A new label, {_quote(word)}." for word in new_words.elements()]
    removal_sentences = [f"The label {_quote(word)} was removed." for word in lost_words.elements()]
    return (
        *_some(new_sentences, "more labels are new."),
        *_some(removal_sentences, "more labels were removed."),
    )


def _some(sentences: list[str], rest: str) -> tuple[str, ...]:
    """The sentences, or the first of many and how many others there are."""
    if len(sentences) <= MAX_LABELS + 1:
        return tuple(sentences)
    return (*sentences[:MAX_LABELS], f"{len(sentences) - MAX_LABELS} {rest}")


def _quote(word: str) -> str:
    return "`" + plain(word, MAX_VALUE_LENGTH).replace("`", "'") + "`"

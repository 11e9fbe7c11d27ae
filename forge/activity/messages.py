"""Activity entries as sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forge.core.events.announcements import ActivitySentence, fill


@dataclass(frozen=True)
class RenderedActivity:
    """The rest of a sentence that begins with who acted: "published", "keywords 1.4.0", ""."""

    verb: str
    thing: str
    """The name and link of the subject."""
    rest: str
    path: str
    """The page of the thing, below the address of its project."""


def render(sentence: ActivitySentence, facts: Mapping[str, Any], times: int, project: str) -> RenderedActivity:
    """Returns the sentence of an entry that was repeated so many times, in a project of this name."""
    values = {**facts, "project": project}
    rest = fill(sentence.rest, values)
    if times > 1:
        count = "twice" if times == 2 else f"{times} times"
        # Of several builds the count comes first, and then how the last one ended.
        is_count_first = not rest or rest.startswith("·")
        rest = f"{count} {rest}".strip() if is_count_first else f"{rest}, {count}"
    verb, thing, path = (fill(text, values) for text in (sentence.verb, sentence.thing, sentence.path))
    return RenderedActivity(verb, thing, rest, path)

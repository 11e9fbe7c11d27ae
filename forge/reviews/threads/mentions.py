"""The people who are mentioned in a comment: `@` and a name, or the first name where only one has it. Pure. Only prose
counts: a name in code or in a link's address mentions nobody.

Only prose counts: a name in code or in a link's address is nobody.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from markdown_it import MarkdownIt
from markdown_it.token import Token


class NamedPerson(Protocol):
    """Somebody with a name."""

    @property
    def pk(self) -> UUID: ...


@dataclass(frozen=True)
class MentionNames:
    """The names that somebody may be mentioned by, in lower case, each with the people who have it."""

    people: Mapping[str, frozenset[UUID]]
    pattern: re.Pattern[str]


def names_of(people: Iterable[NamedPerson]) -> MentionNames:
    """Returns how people can be mentioned: by their whole names, and by a first name that is one person's alone."""
    whole: dict[str, set[UUID]] = defaultdict(set)
    first: dict[str, set[UUID]] = defaultdict(set)
    for person in people:
        name = " ".join(str(person).lower().split())
        if name:
            whole[name].add(person.pk)
            first[name.partition(" ")[0]].add(person.pk)
    alone = {name: namesakes for name, namesakes in first.items() if len(namesakes) == 1 and name not in whole}
    people_by_name = {name: frozenset(namesakes) for name, namesakes in {**alone, **whole}.items()}
    longest_first = sorted(people_by_name, key=lambda name: (-len(name), name))
    # Without a name there is nothing to find.
    words = "|".join(re.escape(name) for name in longest_first) or r"(?!)"
    return MentionNames(people_by_name, re.compile(rf"(?<![\w@])@({words})(?!\w)", re.IGNORECASE))


def mentioned_people(text: str, names: MentionNames) -> frozenset[UUID]:
    """The people who are mentioned in a comment's Markdown."""
    people: set[UUID] = set()
    for prose in _prose(MarkdownIt("commonmark").parse(text)):
        for match in names.pattern.finditer(prose):
            people |= names.people[match[1].lower()]
    return frozenset(people)


def pieces(prose: str, names: MentionNames) -> Iterator[tuple[str, bool]]:
    """A text without markup in pieces, each with whether it mentions somebody; together they are the text."""
    end = 0
    for match in names.pattern.finditer(prose):
        if match.start() > end:
            yield prose[end : match.start()], False
        yield match[0], True
        end = match.end()
    if end < len(prose):
        yield prose[end:], False


def _prose(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "text":
            yield token.content
        elif token.children:
            yield from _prose(token.children)

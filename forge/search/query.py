"""Parses search queries: words, and the number of a build. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MAX_CHARACTERS = 100
"""Characters that may be typed."""
MAX_WORDS = 6
LARGEST_NUMBER = 2_000_000_000
_BUILD = frozenset({"build", "builds"})


@dataclass(frozen=True)
class SearchQuery:
    """A parsed query."""

    words: tuple[str, ...]
    """All must match; in lower case."""
    number: int | None = None
    """The number of a build: `42`, `#42` or `build 42`."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not self.words and self.number is None

    @property
    def typed_words(self) -> tuple[str, ...]:
        """All words, with the number among them: a project may be called `lab-42`."""
        return self.words if self.number is None else (*self.words, str(self.number))


def parse_query(text: str) -> SearchQuery:
    """Parses a query. Words after the first `MAX_WORDS` are ignored."""
    words: list[str] = []
    number: int | None = None
    for word in text.lower().replace("\0", " ").split()[:MAX_WORDS]:
        digits = word.removeprefix("#")
        if number is None and digits.isascii() and digits.isdigit() and int(digits[:12]) <= LARGEST_NUMBER:
            number = int(digits)
        else:
            words.append(word)
    if number is not None:
        words = [word for word in words if word not in _BUILD]
    return SearchQuery(tuple(words), number)

"""Says which lines differ between two texts, in a bounded time whatever the lines are. Knows no document.

The greedy algorithm of E. W. Myers, "An O(ND) difference algorithm and its variations", Algorithmica 1 (1986): its cost
grows with the number of differences, and not, as difflib's does, with how often lines repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Range = tuple[int, int, int, int]
"""The first line and the end in the old text, then those of the lines of the new text in their place."""

DIFFERENCES = 500
"""Lines that are taken out or put in before it is given up."""
_COMPARISONS = 1_000_000


def changed_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[Range]:
    """The ranges that differ, ascending; all between the first and last difference when there are too many."""
    start, limit = 0, min(len(old), len(new))
    while start < limit and old[start] == new[start]:
        start += 1
    end = 0
    while end < limit - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    at, new_at = 0, 0
    for same, new_same in [*(_same_lines(old, new) or ()), (len(old), len(new))]:
        if at < same or new_at < new_same:
            yield start + at, start + same, start + new_at, start + new_same
        at, new_at = same + 1, new_same + 1


def _same_lines(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]] | None:
    """The lines that stay, as pairs of places; None when it would take too long to find them."""
    # furthest[k] is how far in the old text one comes on diagonal k, with as many differences as rounds were made.
    furthest = {1: 0}
    rounds: list[dict[int, int]] = []
    comparisons = 0
    for differences in range(min(len(old) + len(new), DIFFERENCES) + 1):
        rounds.append(furthest.copy())
        for diagonal in range(-differences, differences + 1, 2):
            x = _entry(furthest, diagonal, differences)[1]
            first = x
            while x < len(old) and x - diagonal < len(new) and old[x] == new[x - diagonal]:
                x += 1
            comparisons += x - first
            furthest[diagonal] = x
            if x >= len(old) and x - diagonal >= len(new):
                return _walked_back(rounds, len(old), len(new))
        if comparisons > _COMPARISONS:
            return None
    return None


def _entry(furthest: dict[int, int], diagonal: int, differences: int) -> tuple[int, int]:
    """The diagonal that one comes from onto this one with one more difference, and where one then is."""
    from_above = diagonal == -differences or (
        diagonal != differences and furthest[diagonal - 1] < furthest[diagonal + 1]
    )
    return (diagonal + 1, furthest[diagonal + 1]) if from_above else (diagonal - 1, furthest[diagonal - 1] + 1)


def _walked_back(rounds: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """The pairs on the way that was found, ascending."""
    pairs = []
    for differences in range(len(rounds) - 1, -1, -1):
        furthest = rounds[differences]
        before, entry_x = _entry(furthest, x - y, differences)
        while x > entry_x and y > 0:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        if differences:
            x = furthest[before]
            y = x - before
    return pairs[::-1]

"""Marks on charts: releases, reviews and data versions on their days, as numbered flags that do not overlap. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final

from forge.telemetry.watch.places import DayPlaces
from forge.telemetry.watch.series import CountedPart

FLAG_WIDTH: Final = 32.0
"""Units of the drawing that a flag needs: on a phone it is 17 pixels wide."""
_NARROWEST: Final = 566.0
"""Units of the narrowest chart's axis."""
_LETTER: Final = 8.0
"""Units of a letter of a name beside a flag."""


class MarkKind(StrEnum):
    """The kind of what happened on a day."""

    VERSION = "version"
    REVIEW = "review"
    DATA = "data"


@dataclass(frozen=True)
class WatchMark:
    """An event of a day: `text` says it in some words, and `url` is its page. `name` is that of a version."""

    day: date
    kind: MarkKind
    text: str
    url: str
    name: str = ""


@dataclass(frozen=True)
class MarkGroup:
    """The marks of a day, or of neighbouring days whose flags would overlap. `number` is on the flag."""

    number: int
    marks: tuple[WatchMark, ...]

    @property
    def days(self) -> tuple[date, ...]:
        """The days that have marks, the first one first."""
        return tuple(sorted({mark.day for mark in self.marks}))

    @property
    def dates(self) -> str:
        """The days in words: "12 Nov", or "12 to 14 Nov"."""
        first, last = self.days[0], self.days[-1]
        if first == last:
            return f"{last.day} {last:%b}"
        return f"{first.day}{'' if first.month == last.month else f' {first:%b}'} to {last.day} {last:%b}"

    @property
    def name(self) -> str:
        """The newest version's name; "" of a group without a version."""
        return next((mark.name for mark in reversed(self.marks) if mark.name), "")


@dataclass(frozen=True)
class MarkFlag:
    """A flag above a chart: the number, and the version's name beside it where there is room."""

    x: float
    number: int
    name: str
    is_left: bool
    """Whether the name is left of the flag."""
    title: str


@dataclass(frozen=True)
class ChartMarks:
    """The marks of a chart: a line for each day that has any, and the flags."""

    lines: tuple[float, ...]
    flags: tuple[MarkFlag, ...]


def mark_groups(marks: Sequence[WatchMark], days: int) -> tuple[MarkGroup, ...]:
    """Returns the marks of charts that show so many days, the first day first. Days are in one group where their flags
    would overlap."""
    least = math.ceil(FLAG_WIDTH * days / _NARROWEST)
    groups: list[list[WatchMark]] = []
    for mark in sorted(marks, key=lambda each: (each.day, list(MarkKind).index(each.kind))):
        if groups and (mark.day - groups[-1][0].day).days < least:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return tuple(MarkGroup(number, tuple(some)) for number, some in enumerate(groups, 1))


def chart_marks(groups: Sequence[MarkGroup], places: DayPlaces) -> ChartMarks:
    """Returns where the marks are on a chart."""
    lines = [x for group in groups for day in group.days if (x := places.line(day)) is not None]
    flags = [(x, group) for group in groups if (x := places.line(group.days[0])) is not None]
    ends = [*(x for x, _ in flags), places.right_end + FLAG_WIDTH]
    return ChartMarks(
        tuple(lines),
        tuple(
            _flag(x, group, room=following - x, is_last=place == len(flags) - 1)
            for place, ((x, group), (_, following)) in enumerate(zip(flags, pairwise(ends), strict=True))
        ),
    )


def counted_versions(
    parts: Mapping[date, Sequence[CountedPart]], released: Sequence[WatchMark], url: str
) -> tuple[WatchMark, ...]:
    """Returns a mark for the first day of each version that was not there on the first of all days, and has no mark of
    its release among these."""
    days = sorted(parts)
    versions = {part.version for part in parts[days[0]]} if days else set()
    versions |= {mark.name for mark in released}
    marks = []
    for day in days[1:]:
        for version in sorted({part.version for part in parts[day]} - versions):
            marks.append(WatchMark(day, MarkKind.VERSION, f"First counts of {version}", url, version))
            versions.add(version)
    return tuple(marks)


def _flag(x: float, group: MarkGroup, *, room: float, is_last: bool) -> MarkFlag:
    width = FLAG_WIDTH / 2 + _LETTER * len(group.name)
    # The last name may be cut by the right end, where it stands left of the flag: there is nothing but a line.
    has_room = width + FLAG_WIDTH / 2 <= room
    title = f"{group.dates}: {', '.join(mark.text for mark in group.marks)}"
    return MarkFlag(x, group.number, group.name if has_room or is_last else "", is_last and not has_room, title)

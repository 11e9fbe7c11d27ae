"""Drawings of what the devices of an organisation run, as parts of one bar, and of their health."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from forge.fleet.lists.overview import HealthCell, HealthCount, RunningCount
from forge.fleet.queries.syntax import quoted

BAR_WIDTH: Final = 1000
"""Units of the bar's drawing."""
MOST_PARTS: Final = 4
"""Versions that have a part of the bar; the others share one."""
_LEAST_WIDTH: Final = 4
_COLOURS: Final = ("first", "second", "third", "fourth")


@dataclass(frozen=True)
class BarPart:
    """A part of the bar: its words, the devices, the address of their list, and its place in the drawing."""

    text: str
    devices: int
    query: str
    colour: str
    start: float
    width: float

    @property
    def address(self) -> str:
        """The list of these devices."""
        return address_of(self.query)


@dataclass(frozen=True)
class HealthLook:
    """The words of a count of devices, and its look."""

    text: str
    text_class: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
HEALTH_LOOKS: Final = {
    HealthCell.HEALTHY: HealthLook("Healthy", "good", icon="circle-check"),
    HealthCell.AWAY: HealthLook("Not seen for a day", "worse", icon="wifi-off"),
    HealthCell.RESTARTING: HealthLook("Restart often", "worse", icon="refresh-cw"),
    HealthCell.SELF_TEST_FAILED: HealthLook("Self-test failed", "wrong", icon="circle-x"),
    HealthCell.PROBLEM: HealthLook("Report a problem", "wrong", icon="octagon-exclamation-point"),
}


@dataclass(frozen=True)
class HealthLink:
    """A count of devices that leads to their list."""

    look: HealthLook
    devices: int
    query: str

    @property
    def address(self) -> str:
        """The list of these devices."""
        return address_of(self.query)


def address_of(query: str) -> str:
    """Returns the query of the page that lists the devices of a search."""
    return f"?{urlencode({'q': query})}"


def health_links(counts: Sequence[HealthCount]) -> tuple[HealthLink, ...]:
    """Returns the counts of health with their words."""
    return tuple(HealthLink(HEALTH_LOOKS[each.cell], each.count, each.query) for each in counts)


def bar_of(counts: Sequence[RunningCount]) -> tuple[BarPart, ...]:
    """Returns the parts of the bar, the most devices first; those that run nothing are last."""
    running = sorted((each for each in counts if each.version), key=lambda each: -each.count)
    named_counts, others = running[:MOST_PARTS], running[MOST_PARTS:]
    parts = [
        (_title(each, named_counts[index - 1] if index else None), each.count, each.query, _COLOURS[index])
        for index, each in enumerate(named_counts)
    ]
    if others:
        parts.append(("other versions", sum(each.count for each in others), _query_of_others(named_counts), "rest"))
    parts += [("nothing yet", each.count, each.query, "nothing") for each in counts if not each.version]
    return tuple(_placed(parts))


def _title(count: RunningCount, before: RunningCount | None) -> str:
    """Returns a version with its project, which is left out where the part before has the same."""
    if not count.project or (before is not None and before.project == count.project):
        return count.version
    return f"{count.project} {count.version}"


def _query_of_others(named_counts: Sequence[RunningCount]) -> str:
    values = [quoted(f"{each.project}@{each.version}" if each.project else each.version) for each in named_counts]
    return f"running!={','.join([*values, 'none'])}"


def _placed(parts: Sequence[tuple[str, int, str, str]]) -> list[BarPart]:
    """Returns the parts with their places. A part with one device of many is still seen."""
    total = sum(devices for _, devices, _, _ in parts) or 1
    widths = [max(_LEAST_WIDTH, BAR_WIDTH * devices / total) for _, devices, _, _ in parts]
    scale, start, bar_parts = BAR_WIDTH / (sum(widths) or 1), 0.0, []
    for (text, devices, query, colour), width in zip(parts, widths, strict=True):
        bar_parts.append(BarPart(text, devices, query, colour, round(start, 2), round(width * scale, 2)))
        start += width * scale
    return bar_parts

"""The label mix as the page draws it: a bar of shares a day, and the rarest of the labels enlarged. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forge.core.axis_ticks import Tick, round_ticks, tick_texts
from forge.telemetry.watch.marks import ChartMarks, MarkGroup, chart_marks
from forge.telemetry.watch.past import PastDays, highest_of, positions_of
from forge.telemetry.watch.places import DayPlaces, DayText
from forge.telemetry.watch.series import WatchedDay

COLOURS: Final = ("first", "second", "third", "fourth")
"""Looks of the most frequent labels; the others share one."""
REST: Final = "rest"
_BAR_TOP, _BAR_BOTTOM = 20.0, 190.0
_LINE_TOP, _LINE_BOTTOM = 226.0, 276.0
_RARE: Final = 0.1
"""The largest mean share of a label that is shown enlarged."""


@dataclass(frozen=True)
class LegendItem:
    """A label in its look."""

    text: str
    colour: str


@dataclass(frozen=True)
class MixPart:
    """A part of a day's bar."""

    colour: str
    y: float
    height: float
    title: str


@dataclass(frozen=True)
class MixBar:
    """The bar of a day; `parts` from the bottom."""

    x: float
    width: float
    parts: tuple[MixPart, ...]
    is_partial: bool
    """Whether the day is not over."""


@dataclass(frozen=True)
class RareLabel:
    """A label with a small share, as a line with an axis of its own. `past` are the top and the height of the band."""

    text: str
    colour: str
    points: str
    ticks: tuple[Tick, ...]
    last: tuple[float, float]
    last_text: str
    past: tuple[float, float] | None


@dataclass(frozen=True)
class LabelMix:
    """The drawing: 640 by 300 units."""

    legend: tuple[LegendItem, ...]
    bars: tuple[MixBar, ...]
    ticks: tuple[Tick, ...]
    days: tuple[DayText, ...]
    marks: ChartMarks
    rare: RareLabel | None
    summary: str
    """The drawing in words."""


def label_mix(
    days: Sequence[WatchedDay], marks: Sequence[MarkGroup], past: PastDays, *, is_today_last: bool
) -> LabelMix | None:
    """Draws the days; None if no answer of them is a label."""
    totals: Counter[str] = Counter()
    for each in days:
        totals.update(each.labels)
    labels = [label for label, count in totals.most_common() if count]
    if not labels:
        return None
    places = DayPlaces.of(days, 58.0, 630.0)
    colours = {label: COLOURS[place] if place < len(COLOURS) else REST for place, label in enumerate(labels)}
    bars = tuple(
        MixBar(
            places.left(place),
            places.width,
            _parts(each, labels, colours),
            is_partial=is_today_last and place == len(days) - 1,
        )
        for place, each in enumerate(days)
        if each.labelled
    )
    return LabelMix(
        _legend(labels, colours),
        bars,
        tuple(
            Tick(_BAR_BOTTOM - (_BAR_BOTTOM - _BAR_TOP) * share, f"{share * 100:.0f} %") for share in (0.0, 0.5, 1.0)
        ),
        places.texts(is_today_last=is_today_last),
        chart_marks(marks, places),
        _rare(days, labels, colours, places, past),
        _summary(days, labels),
    )


def _legend(labels: Sequence[str], colours: dict[str, str]) -> tuple[LegendItem, ...]:
    items = [LegendItem(label, colours[label]) for label in labels[: len(COLOURS)]]
    others = len(labels) - len(items)
    if others == 1:
        items.append(LegendItem(labels[-1], REST))
    elif others:
        items.append(LegendItem(f"{others} more labels", REST))
    return tuple(items)


def _parts(day: WatchedDay, labels: Sequence[str], colours: dict[str, str]) -> tuple[MixPart, ...]:
    parts, bottom = [], _BAR_BOTTOM
    for label in labels:
        share = day.share(label)
        height = (_BAR_BOTTOM - _BAR_TOP) * share
        if share:
            title = f"{_date(day)}: {label} {percent(share)} of {day.labelled:,}"
            visible_height = max(0.8, height - 1)
            parts.append(MixPart(colours[label], round(bottom - height, 1), round(visible_height, 1), title))
        bottom -= height
    return tuple(parts)


def _rare(
    days: Sequence[WatchedDay], labels: Sequence[str], colours: dict[str, str], places: DayPlaces, past: PastDays
) -> RareLabel | None:
    """Returns the least frequent label, if it is rare and was heard at all."""
    label = labels[-1]
    shares = [(place, day.share(label)) for place, day in enumerate(days) if day.labelled]
    mean = sum(share for _, share in shares) / len(shares)
    if len(labels) < 2 or mean > _RARE:
        return None
    band = past.band(lambda day: day.share(label) if day.labelled else None)
    highest = highest_of([share for _, share in shares], band)
    ticks = round_ticks(0.0, highest * 1.15, most=3)
    top = max(ticks[-1], highest)

    def y(share: float) -> float:
        return round(_LINE_BOTTOM - (_LINE_BOTTOM - _LINE_TOP) * share / top, 1)

    texts = tick_texts(ticks, "%", 0.01)
    points = [(places.centre(place), y(share)) for place, share in shares]
    return RareLabel(
        label,
        colours[label],
        " ".join(f"{x},{height}" for x, height in points),
        tuple(Tick(y(tick), text) for tick, text in zip(ticks, texts, strict=True)),
        points[-1],
        percent(shares[-1][1]),
        positions_of(band, y),
    )


def _summary(days: Sequence[WatchedDay], labels: Sequence[str]) -> str:
    last = next(day for day in reversed(days) if day.labelled)
    mix = ", ".join(f"{label} {percent(last.share(label))}" for label in labels[:6])
    return f"Label mix a day over {len(days)} days; on {_date(last)} {mix}"


def _date(day: WatchedDay) -> str:
    return f"{day.day.day} {day.day:%b}"


def percent(share: float) -> str:
    """Returns a share for people: `61.5 %`, `0.02 %`."""
    digits = 1 if share >= 0.001 or share == 0 else 2
    return f"{100 * share:.{digits}f} %"

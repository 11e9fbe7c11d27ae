"""Reading totals. The caller has found the deployment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from django.utils import timezone

from forge.core.errors import Invalid
from forge.deployments.models import Deployment
from forge.fleet.groups.models import DeviceGroup
from forge.telemetry.intake.models import WatchedRune
from forge.telemetry.totals.models import DayTotal
from forge.telemetry.totals.sums import Sums, counts_of, from_bytes, merged
from rune.watch.counts import Counts

MOST_DAYS: Final = 92
"""Days of one answer."""
_USUAL_DAYS: Final = 30


class TotalDimension(StrEnum):
    """The properties by which totals can be told apart, beside the rune: counts of two runes have other bins."""

    DAY = "day"
    BOARD = "board"
    GROUP = "group"


@dataclass(frozen=True)
class TotalsFilter:
    """The totals that somebody asks for."""

    first: date
    last: date
    by: frozenset[TotalDimension]
    version: str = ""
    board: str = ""
    group: str = ""
    """The name of a group, or "" for all devices."""


@dataclass(frozen=True)
class Total:
    """The counts of a rune, of a day or all days, of a board or all, and of a group or all devices."""

    watched: WatchedRune
    day: date | None
    board: str
    group: str
    devices: int
    """Devices that sent counts; over several days, those of each day are added."""
    counts: Counts


def read_filter(parameters: Mapping[str, str]) -> TotalsFilter:
    """Reads the parameters of an address. Raises `Invalid` with the parameter that does not fit."""
    today = timezone.now().date()
    last = _day(parameters, "to", today)
    first = _day(parameters, "from", last - timedelta(days=_USUAL_DAYS - 1))
    if not 0 <= (last - first).days < MOST_DAYS:
        raise _invalid("from", f"Ask for 1 to {MOST_DAYS} days.")
    words = [word for word in parameters.get("by", TotalDimension.DAY).split(",") if word]
    unknown = next((word for word in words if word not in list(TotalDimension)), None)
    if unknown is not None:
        raise _invalid("by", f"{unknown[:30]} is not one of {', '.join(TotalDimension)}.")
    names = {name: parameters.get(name, "")[:200] for name in ("version", "board", "group")}
    return TotalsFilter(first, last, frozenset(map(TotalDimension, words)), **names)


def totals_of(deployment: Deployment, criteria: TotalsFilter) -> Sequence[Total]:
    """Returns totals, the newest day first."""
    # Bins are read once a rune, and no row of totals becomes an object: there are a thousand where groups have boards.
    runes = {rune.pk: rune for rune in WatchedRune.objects.filter(deployment=deployment)}
    rows = DayTotal.objects.filter(watched__in=runes, day__gte=criteria.first, day__lte=criteria.last)
    if criteria.version:
        rows = rows.filter(watched__version=criteria.version)
    if criteria.board:
        rows = rows.filter(board=criteria.board)
    if criteria.group:
        rows = rows.filter(group__name=criteria.group)
    else:
        rows = rows.filter(group__isnull=TotalDimension.GROUP not in criteria.by)
    parts: dict[_Key, list[Sums]] = defaultdict(list)
    devices: Counter[_Key] = Counter()
    columns = rows.order_by("-day", "watched", "board", "group").values_list(
        "watched", "day", "board", "group__name", "devices", "sums"
    )
    for rune, day, board, group, count, sums in columns.iterator(2000):
        key = (rune, *_day_and_board(criteria, day, board), group or "")
        parts[key].append(from_bytes(sums))
        devices[key] += count
    return [
        Total(runes[key[0]], *key[1:], devices[key], counts_of(merged(sums), runes[key[0]].layout))
        for key, sums in parts.items()
    ]


def newest_total_day(deployment: Deployment) -> date | None:
    """Returns the newest day of which a deployment has totals. The caller has found the deployment."""
    rows = DayTotal.objects.filter(watched__deployment=deployment, group=None)
    return rows.order_by("-day").values_list("day", flat=True).first()


def has_totals(deployment: Deployment) -> bool:
    """Returns whether anything was added up of a deployment."""
    return DayTotal.objects.filter(watched__deployment=deployment).exists()


def groups_with_totals(deployment: Deployment) -> Mapping[str, str]:
    """Returns the titles of the groups of which something was added up, by their names, in the order of titles."""
    rows = DayTotal.objects.filter(watched__deployment=deployment, group__isnull=False)
    groups = DeviceGroup.objects.filter(pk__in=rows.values("group")).order_by("title")
    return dict(groups.values_list("name", "title"))


_Key = tuple[int, date | None, str, str]
"""A rune, and the day, board and group of a total."""


def _day_and_board(criteria: TotalsFilter, day: date, board: str) -> tuple[date | None, str]:
    """Returns the day and the board of a row as its total has them."""
    by = criteria.by
    has_board = TotalDimension.BOARD in by or criteria.board
    return day if TotalDimension.DAY in by else None, board if has_board else ""


def _day(parameters: Mapping[str, str], name: str, default: date) -> date:
    text = parameters.get(name, "")
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        raise _invalid(name, "Write a day as 2026-12-01.") from None


def _invalid(name: str, message: str) -> Invalid:
    return Invalid(message, errors={name: [message]})

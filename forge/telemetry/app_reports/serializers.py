"""The counts of web pages and apps as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.telemetry.app_reports.access import PageDay
from forge.telemetry.serializers import CountsJson, counts_to_json


class PageDayJson(TypedDict):
    """The counts of web pages and apps about a rune on a day."""

    version: str
    rune: Annotated[str, "its digest"]
    day: str
    reports: Annotated[int, "documents; a page sends several on a day, and nothing says which are of one page"]
    counts: Annotated[CountsJson, "all that a device measures beside its answers is 0"]


class PageCountsJson(TypedDict):
    """The counts of web pages and apps of a deployment."""

    days: list[PageDayJson]


def page_day_to_json(each: PageDay) -> PageDayJson:
    return {
        "version": each.watched.version,
        "rune": each.watched.rune,
        "day": each.day.isoformat(),
        "reports": each.reports,
        "counts": counts_to_json(each.counts, each.watched.layout),
    }

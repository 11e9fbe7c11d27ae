"""The page Watch of a deployment: what its devices counted, day by day, and beside each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.http.pages import for_person
from forge.core.http.paging import chosen_of
from forge.deployments.access import find_deployment
from forge.deployments.hooks import DeploymentPart
from forge.deployments.models import Deployment, DeploymentKind
from forge.deployments.pages.tabs import DeploymentTabLink, shown_tabs
from forge.projects.place import project_of
from forge.telemetry.alerts.access import closed_alerts, last_judgement, open_alerts
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.alerts.sentences import detail_of, query_of, title_of
from forge.telemetry.intake.access import watched_runes_of
from forge.telemetry.intake.models import WatchedRune
from forge.telemetry.pages.card import card_of
from forge.telemetry.totals.access import (
    Total,
    TotalDimension,
    TotalsFilter,
    groups_with_totals,
    has_totals,
    totals_of,
)
from forge.telemetry.watch.comparison import FleetComparison, fleet_comparison
from forge.telemetry.watch.confidence_fan import confidence_fan
from forge.telemetry.watch.drift_rows import drift_rows
from forge.telemetry.watch.label_mix import label_mix
from forge.telemetry.watch.run_costs import run_costs
from forge.telemetry.watch.series import CountedPart, days_of, marks_of
from rune.statistics.not_judged import MIN_PAST_DAYS
from rune.watch.counts import Counts
from rune.watch.record import counts_from_json

WATCH: Final = DeploymentPart("watch", "Watch")
PERIODS: Final[Mapping[str, int]] = {"": 30, "7": 7, "90": 90}
"""The days of each choice; the first one is usual."""
COMPARED: Final[Mapping[str, str]] = {"": "Groups", "version": "Versions", "board": "Boards"}


def watch_part(deployment: Deployment) -> Sequence[DeploymentPart]:
    """Returns the page as a tab: of a deployment for devices alone."""
    return (WATCH,) if deployment.kind == DeploymentKind.DEVICES else ()


@dataclass(frozen=True)
class WatchChoice:
    """A choice of a filter."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class AlertLine:
    """An alert as the page shows it; `devices_url` is the list of the devices that it is about."""

    row: WatchAlert
    title: str
    detail: str
    devices_url: str

    @staticmethod
    def of(row: WatchAlert, deployment: Deployment) -> AlertLine:
        """Returns an alert in words."""
        query = query_of(row)
        devices = f"{deployment.project.organisation.get_absolute_url()}/devices"
        address = f"{devices}?{urlencode({'q': query})}" if query else ""
        return AlertLine(row, title_of(row), detail_of(row), address)


@dataclass(frozen=True)
class WatchFilter:
    """The devices and days that the page shows: a group or "" for all, a version or "" for any."""

    group: str
    version: str
    first: date
    last: date

    def totals(self, deployment: Deployment, *by: TotalDimension) -> Sequence[Total]:
        """Returns the totals of these devices and days."""
        query = TotalsFilter(self.first, self.last, frozenset(by), version=self.version, group=self.group)
        return totals_of(deployment, query)


@for_person
@require_GET
def watch_page(request: HttpRequest, organisation: str, name: str, deployment: str) -> HttpResponse:
    """Shows what the devices of a deployment counted; `?group=`, `?version=` and `?days=` narrow it."""
    project = project_of(request, organisation, name, Verb.READ)
    row = find_deployment(principal_of(request), project, deployment)
    return render(request, "telemetry/watch.html", _context(request, row))


def _context(request: HttpRequest, deployment: Deployment) -> dict[str, Any]:
    principal = principal_of(request)
    period = chosen_of(request, "days", PERIODS)
    groups, runes = groups_with_totals(deployment), watched_runes_of(deployment)
    versions = list(dict.fromkeys(rune.version for rune in reversed(runes)))
    today = timezone.now().date()
    group, version = chosen_of(request, "group", groups), chosen_of(request, "version", versions)
    watch_filter = WatchFilter(group, version, today - timedelta(days=PERIODS[period] - 1), today)
    parts = _by_day(watch_filter.totals(deployment, TotalDimension.DAY))
    days, marks = days_of(parts, watch_filter.first, watch_filter.last), marks_of(parts)
    # A day is whole once it has ended: the newest such day with counts is compared.
    compared_day = max((day for day in parts if day < today), default=None)
    is_today_last = today in parts
    by = chosen_of(request, "by", COMPARED)
    return {
        "project": deployment.project,
        "deployment": deployment,
        "telemetry": card_of(principal, deployment),
        "tabs": shown_tabs(deployment, WATCH.name, may_deploy=can(principal, Verb.DEPLOY, deployment.project)),
        "has_counts": bool(runes) and has_totals(deployment),
        "devices": max((day.devices for day in days), default=0),
        "group_choices": _choices({"": "all devices", **groups}, group),
        "version_choices": _choices({"": "any", **{each: each for each in versions}}, version),
        "period_choices": _choices({value: f"{count} days" for value, count in PERIODS.items()}, period),
        "alerts": [AlertLine.of(each, deployment) for each in open_alerts(deployment)],
        "closed_alerts": [AlertLine.of(each, deployment) for each in closed_alerts(deployment)],
        "judgement": last_judgement(deployment),
        "min_past_days": MIN_PAST_DAYS,
        "mix": label_mix(days, marks, is_today_last=is_today_last),
        "fan": confidence_fan(days, marks, is_today_last=is_today_last),
        "costs": run_costs(days, marks, is_today_last=is_today_last),
        "compared_day": compared_day,
        "compared_tabs": [
            DeploymentTabLink(text, f"{_address(request, by=value)}#compare", is_current=value == by)
            for value, text in COMPARED.items()
        ],
        "compared_title": COMPARED[by][:-1],
        "compared": _compared(deployment, watch_filter, by, compared_day, groups) if compared_day else None,
        "drift": drift_rows(_of_period(parts.values()), _references(runes)),
        "csv_url": _table_address(deployment, watch_filter),
    }


def _by_day(totals: Iterable[Total]) -> Mapping[date, Sequence[CountedPart]]:
    days: dict[date, list[CountedPart]] = defaultdict(list)
    for total in totals:
        if total.day is not None:
            days[total.day].append(_part(total))
    return days


def _part(total: Total) -> CountedPart:
    return CountedPart(total.watched.version, total.watched.layout, total.devices, total.counts)


def _of_period(days: Iterable[Sequence[CountedPart]]) -> Sequence[CountedPart]:
    """Returns the counts of each version over all days, the version that was there first at the beginning."""
    sums: dict[str, CountedPart] = {}
    for part in reversed([part for some in days for part in some]):
        before = sums.get(part.version)
        if before is None:
            sums[part.version] = part
        elif before.layout == part.layout:
            counts = before.counts + part.counts
            sums[part.version] = CountedPart(part.version, part.layout, max(before.devices, part.devices), counts)
    return list(sums.values())


def _references(runes: Iterable[WatchedRune]) -> Mapping[str, Counts]:
    """Returns the counts of the test samples by version, of the builds that have them."""
    return {rune.version: counts_from_json(rune.reference, rune.layout) for rune in runes if rune.reference}


def _compared(
    deployment: Deployment, watch_filter: WatchFilter, by: str, day: date, groups: Mapping[str, str]
) -> FleetComparison:
    """Returns groups, versions or boards beside each other on a day."""
    one_day = WatchFilter("" if by == "" else watch_filter.group, watch_filter.version, day, day)
    parts: dict[str, list[CountedPart]] = defaultdict(list)
    if by == "":
        for total in one_day.totals(deployment, TotalDimension.GROUP):
            parts[groups[total.group]].append(_part(total))
        parts["All devices"] = [_part(total) for total in one_day.totals(deployment)]
    for total in one_day.totals(deployment, TotalDimension.BOARD) if by else ():
        parts[total.board if by == "board" else total.watched.version].append(_part(total))
    return fleet_comparison(parts)


def _table_address(deployment: Deployment, watch_filter: WatchFilter) -> str:
    """Returns the address of the same counts as a table."""
    values = {
        "from": str(watch_filter.first),
        "to": str(watch_filter.last),
        "group": watch_filter.group,
        "version": watch_filter.version,
    }
    address = f"/api/v1/projects/{deployment.project.full_name}/deployments/{deployment.name}/telemetry/totals.csv"
    return f"{address}?{urlencode({name: value for name, value in values.items() if value})}"


def _choices(texts: Mapping[str, str], choice: str) -> list[WatchChoice]:
    return [WatchChoice(value, text, value == choice) for value, text in texts.items()]


def _address(request: HttpRequest, **changes: str) -> str:
    """Returns the page's query with other values."""
    values = {name: request.GET.get(name, "") for name in ("group", "version", "days", "by")} | changes
    return f"?{urlencode({name: value for name, value in values.items() if value})}"

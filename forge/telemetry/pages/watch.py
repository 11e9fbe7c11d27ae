"""The page Watch of a deployment: what its devices counted, day by day, and beside each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.errors import DomainError
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import chosen_of
from forge.deployments.access import find_deployment
from forge.deployments.hooks import DeploymentPart
from forge.deployments.models import Deployment, DeploymentKind
from forge.deployments.pages.tabs import DeploymentTabLink, shown_tabs
from forge.projects.place import project_of
from forge.telemetry.alerts.access import awake_alerts
from forge.telemetry.alerts.accuracy import ESTIMATED_PERIODS
from forge.telemetry.app_reports.access import page_days_of
from forge.telemetry.intake.access import watched_runes_of
from forge.telemetry.intake.models import WatchedRune
from forge.telemetry.pages.alerts import alerts_context
from forge.telemetry.pages.card import card_of
from forge.telemetry.pages.marks import marks_between
from forge.telemetry.pages.sample_requests import sample_requests_card
from forge.telemetry.switch.access import switch_of
from forge.telemetry.totals.access import (
    Total,
    TotalDimension,
    TotalsFilter,
    groups_with_totals,
    has_totals,
    totals_of,
)
from forge.telemetry.watch.accuracy_rows import AccuracyRow, VersionAccuracy, accuracy_row
from forge.telemetry.watch.comparison import FleetComparison, fleet_comparison
from forge.telemetry.watch.confidence_fan import confidence_fan
from forge.telemetry.watch.drift_rows import drift_rows
from forge.telemetry.watch.label_mix import label_mix
from forge.telemetry.watch.marks import counted_versions, mark_groups
from forge.telemetry.watch.page_rows import PageRows, page_rows
from forge.telemetry.watch.past import PAST_DAYS, PastDays
from forge.telemetry.watch.run_costs import run_costs
from forge.telemetry.watch.series import CountedPart, days_of
from rune.watch.counts import Counts
from rune.watch.record import counts_from_json
from rune.wording import counted

TEMPLATE: Final = "telemetry/watch.html"
WATCH: Final = "watch"
"""The last word of its address."""
PERIODS: Final[Mapping[str, int]] = {"": 30, "7": 7, "90": 90}
"""The days of each choice; the first one is usual."""
COMPARED: Final[Mapping[str, str]] = {"": "Groups", "version": "Versions", "board": "Boards"}


def watch_part(deployment: Deployment) -> Sequence[DeploymentPart]:
    """Returns the page as a tab, with its open alerts: of a deployment for devices, or one that counts or did."""
    if deployment.kind != DeploymentKind.DEVICES and switch_of(deployment) is None:
        return ()
    alerts = awake_alerts(deployment) if deployment.kind == DeploymentKind.DEVICES else 0
    return (DeploymentPart(WATCH, "Watch", counted(alerts, "alert") if alerts else ""),)


@dataclass(frozen=True)
class WatchChoice:
    """A choice of a filter."""

    value: str
    text: str
    is_chosen: bool


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
    return render(request, TEMPLATE, _context(request, row))


def show_watch_again(request: HttpRequest, deployment: Deployment, alert_id: UUID, error: DomainError) -> HttpResponse:
    """Shows the page with what was wrong with a form of an alert, which is open again."""
    return show_again(request, TEMPLATE, _context(request, deployment) | {"open_alert": alert_id}, error)


def show_watch(request: HttpRequest, deployment: Deployment, error: DomainError) -> HttpResponse:
    """Returns the page again with an error of one of its forms."""
    row = find_deployment(principal_of(request), deployment.project, deployment.name)
    return show_again(request, "telemetry/watch.html", _context(request, row), error)


def _context(request: HttpRequest, deployment: Deployment) -> dict[str, Any]:
    principal = principal_of(request)
    period = chosen_of(request, "days", PERIODS)
    groups, runes = groups_with_totals(deployment), watched_runes_of(deployment)
    versions = list(dict.fromkeys(rune.version for rune in reversed(runes)))
    today = timezone.now().date()
    group, version = chosen_of(request, "group", groups), chosen_of(request, "version", versions)
    watch_filter = WatchFilter(group, version, today - timedelta(days=PERIODS[period] - 1), today)
    first, past_end = watch_filter.first, watch_filter.first - timedelta(days=1)
    past_start = first - timedelta(days=PAST_DAYS)
    all_parts = _by_day(replace(watch_filter, first=past_start).totals(deployment, TotalDimension.DAY))
    parts = {day: some for day, some in all_parts.items() if day >= first}
    days = days_of(parts, first, today)
    past = PastDays.of(days_of(all_parts, past_start, past_end), past_start, past_end)
    has_counts = bool(runes) and has_totals(deployment)
    marks = marks_between(principal, deployment, first, today) if has_counts else ()
    history = f"{deployment.get_absolute_url()}?tab=history"
    groups_of_marks = mark_groups([*marks, *counted_versions(parts, marks, history)], len(days))
    # A day is whole once it has ended: the newest such day with counts is compared.
    compared_day = max((day for day in parts if day < today), default=None)
    is_today_last = today in parts
    by = chosen_of(request, "by", COMPARED)
    accuracy_days = max(each for each in ESTIMATED_PERIODS if each <= PERIODS[period])
    return {
        "project": deployment.project,
        "deployment": deployment,
        "telemetry": card_of(principal, deployment),
        "tabs": shown_tabs(deployment, WATCH, may_deploy=can(principal, Verb.DEPLOY, deployment.project)),
        "has_counts": has_counts,
        "devices": max((day.devices for day in days), default=0),
        "group_choices": _choices({"": "all devices", **groups}, group),
        "version_choices": _choices({"": "any", **{each: each for each in versions}}, version),
        "period_choices": _choices({value: f"{count} days" for value, count in PERIODS.items()}, period),
        "mark_groups": groups_of_marks,
        "past": past,
        "mix": label_mix(days, groups_of_marks, past, is_today_last=is_today_last),
        "fan": confidence_fan(days, groups_of_marks, past, is_today_last=is_today_last),
        "costs": run_costs(days, groups_of_marks, past, is_today_last=is_today_last),
        "compared_day": compared_day,
        "compared_tabs": [
            DeploymentTabLink(text, f"{_address(request, by=value)}#compare", is_current=value == by)
            for value, text in COMPARED.items()
        ],
        "compared_title": COMPARED[by][:-1],
        "compared": _compared(deployment, watch_filter, by, compared_day, groups) if compared_day else None,
        "drift": drift_rows(_of_period(parts.values(), versions[::-1]), _references(runes)),
        "accuracy": _accuracy(runes, {part.version for some in parts.values() for part in some}, accuracy_days),
        "accuracy_days": accuracy_days,
        "pages": _pages(deployment, watch_filter, parts),
        "csv_url": _table_address(deployment, watch_filter, "csv"),
        "parquet_url": _table_address(deployment, watch_filter, "parquet"),
        **alerts_context(principal, deployment),
        "sample_requests": sample_requests_card(request, deployment),
    }


def _by_day(totals: Iterable[Total]) -> Mapping[date, Sequence[CountedPart]]:
    days: dict[date, list[CountedPart]] = defaultdict(list)
    for total in totals:
        if total.day is not None:
            days[total.day].append(_part(total))
    return days


def _part(total: Total) -> CountedPart:
    return CountedPart(total.watched.version, total.watched.layout, total.devices, total.counts)


def _pages(
    deployment: Deployment, watch_filter: WatchFilter, devices: Mapping[date, Sequence[CountedPart]]
) -> PageRows | None:
    """Returns what web pages counted in the days that are shown, beside the devices that are shown."""
    days = page_days_of(deployment, watch_filter.first, watch_filter.last, watch_filter.version)
    parts = [CountedPart(each.watched.version, each.watched.layout, 0, each.counts) for each in days]
    return page_rows(parts, sum(each.reports for each in days), [part for some in devices.values() for part in some])


def _of_period(days: Iterable[Sequence[CountedPart]], versions: Sequence[str]) -> Sequence[CountedPart]:
    """Returns the counts of each of some versions over all days, in their order."""
    sums: dict[str, CountedPart] = {}
    for part in reversed([part for some in days for part in some]):
        before = sums.get(part.version)
        if before is None:
            sums[part.version] = part
        elif before.layout == part.layout:
            counts = before.counts + part.counts
            sums[part.version] = CountedPart(part.version, part.layout, max(before.devices, part.devices), counts)
    return [sums[version] for version in versions if version in sums]


def _references(runes: Iterable[WatchedRune]) -> Mapping[str, Counts]:
    """Returns the counts of the test samples by version, of the builds that have them."""
    return {rune.version: counts_from_json(rune.reference, rune.layout) for rune in runes if rune.reference}


def _accuracy(runes: Iterable[WatchedRune], versions: Collection[str], days: int) -> Sequence[AccuracyRow]:
    """Returns a row for each rune whose version has counts among those shown, the newest first."""
    rows = []
    for rune in runes:
        if rune.version in versions and rune.layout.confidence is not None:
            answers = sum(counts_from_json(rune.reference, rune.layout).confidence) if rune.reference else None
            facts = VersionAccuracy(rune.version, answers, rune.right, rune.accuracy, rune.judged)
            rows.append(accuracy_row(facts, days))
    return rows[::-1]


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


def _table_address(deployment: Deployment, watch_filter: WatchFilter, ending: str) -> str:
    """Returns the address of the same counts as a table in a format."""
    values = {
        "from": str(watch_filter.first),
        "to": str(watch_filter.last),
        "group": watch_filter.group,
        "version": watch_filter.version,
    }
    address = f"/api/v1/projects/{deployment.project.full_name}/deployments/{deployment.name}/telemetry/totals"
    return f"{address}.{ending}?{urlencode({name: value for name, value in values.items() if value})}"


def _choices(texts: Mapping[str, str], choice: str) -> list[WatchChoice]:
    return [WatchChoice(value, text, value == choice) for value, text in texts.items()]


def _address(request: HttpRequest, **changes: str) -> str:
    """Returns the page's query with other values."""
    values = {name: request.GET.get(name, "") for name in ("group", "version", "days", "by")} | changes
    return f"?{urlencode({name: value for name, value in values.items() if value})}"

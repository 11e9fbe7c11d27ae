"""Judges the newest whole day of each rune once: opens alerts, renews them, and closes those without evidence. An alert
that comes back soon after it closed is the same one, with its owner and its snooze."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.utils import timezone

from forge.core.events.log import append_event
from forge.telemetry.alerts.access import comes_back
from forge.telemetry.alerts.accuracy import estimated_accuracy
from forge.telemetry.alerts.announcements import ALERT_CLOSED, ALERT_OPENED, alert_values
from forge.telemetry.alerts.days import FieldDays, field_days
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.intake.models import WatchedRune
from rune.assessment.drift.alerts import DayReport, DriftAlert, DriftComparison
from rune.assessment.drift.figures import Aspect
from rune.assessment.drift.judging import DEFAULTS, judge_day
from rune.statistics.binned import axis_of_levels, shift_between
from rune.watch.counts import Counts
from rune.watch.layout import Statistic, WatchLayout
from rune.watch.record import counts_from_json

JUDGE_EVERY: Final = 3600.0
"""Seconds."""
_PENDING_TIME: Final = timedelta(hours=6)
"""The time after a day for which documents of it are awaited."""
_ONE_DEVICE: Final = "@device"
"""Stands for the key of a label, which has no such character."""
_STANDING: Final = (DriftComparison.GROUP, DriftComparison.TESTS)
"""Comparisons that are made on one day of some."""


def judge_all() -> None:
    """Judges the day that ended some hours ago, of each rune that counted on it."""
    day = (timezone.now() - _PENDING_TIME).date() - timedelta(days=1)
    runes = WatchedRune.objects.filter(
        deployment__telemetry_switch__is_on=True, totals__day=day, totals__group=None
    ).exclude(judged__gte=day)
    for rune in runes.select_related("deployment__project").distinct():
        judge(rune, day)


def judge(rune: WatchedRune, day: date) -> DayReport:
    """Judges a day of a rune, and writes what it says."""
    layout = rune.layout
    reference = counts_from_json(rune.reference, layout) if rune.reference else None
    days = field_days(rune, day, DEFAULTS.day_count)
    report = judge_day(layout, reference, days.fleet, days.attributes)
    accuracy = estimated_accuracy(layout, reference, rune.right, days.fleet)
    _write(rune, day, report, days, reference, accuracy)
    return report


@transaction.atomic
def _write(
    rune: WatchedRune,
    day: date,
    report: DayReport,
    days: FieldDays,
    reference: Counts | None,
    accuracy: Mapping[str, Any] | None,
) -> None:
    WatchedRune.objects.select_for_update(of=("self",)).get(pk=rune.pk)
    now = timezone.now()
    former = _former_alerts(rune, now)
    for subject, alert in _by_subject(report, days).items():
        values = _values(alert, day, days, _decibels(alert, rune.layout, reference, days))
        row = former.pop(subject, None)
        if row is None:
            row = WatchAlert(
                deployment=rune.deployment, watched=rune, subject=subject, first_day=day, opened=now, **values
            )
            row.save()
            _announce(ALERT_OPENED, row, is_reopened=False)
        elif row.closed is not None:
            _reopen(row, now, values)
        else:
            WatchAlert.objects.filter(pk=row.pk).update(**values)
    is_standing_day = day.toordinal() % DEFAULTS.standing_days == 0
    for row in former.values():
        if row.closed is None and (is_standing_day or DriftComparison(row.comparison) not in _STANDING):
            _close(row, now)
    skipped_devices = sum(each.devices for each in report.skipped)
    WatchedRune.objects.filter(pk=rune.pk).update(
        judged=day, judged_devices=report.judged_devices, skipped_devices=skipped_devices, accuracy=accuracy
    )


def _former_alerts(rune: WatchedRune, now: datetime) -> dict[str, WatchAlert]:
    """Returns by subject the alerts of a rune that are open, and those that closed and would be the same alert again:
    the newest of each. They are locked."""
    rows = WatchAlert.objects.select_for_update(of=("self",)).filter(comes_back(now), watched=rune).order_by("pk")
    return _newest(rows.select_related("deployment__project"))


def _newest(rows: Iterable[WatchAlert]) -> dict[str, WatchAlert]:
    """Returns the alert of each subject that is open, or closed last."""
    sorted_rows = sorted(rows, key=lambda row: (row.closed is None, row.closed or row.opened))
    return {row.subject: row for row in sorted_rows}


def _reopen(row: WatchAlert, now: datetime, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.closed, row.reopened, row.openings = None, now, row.openings + 1
    row.save(update_fields=["closed", "reopened", "openings", *values])
    _announce(ALERT_OPENED, row, is_reopened=True)


def _close(row: WatchAlert, now: datetime) -> None:
    row.closed = now
    row.save(update_fields=["closed"])
    _announce(ALERT_CLOSED, row)


def _announce(event: Any, row: WatchAlert, **more: bool) -> None:
    append_event(row.deployment.project.stream, event(**alert_values(row), **more))


def subject_of(alert: DriftAlert, days: FieldDays) -> str:
    """Returns what an alert is about, in one text. The changes of a fleet, of a group and of single devices that the
    same group of devices explains are one subject, and so are where a feature lies and how far it spreads."""
    figure = alert.figure
    kind = alert.comparison if alert.comparison in _STANDING else "change"
    return "|".join((kind, figure.feature, figure.label, *_place(alert, days)))


def _place(alert: DriftAlert, days: FieldDays) -> tuple[str, str]:
    """Returns the property of the devices that an alert is about, or `_ONE_DEVICE` and a name; empty of all devices."""
    carrier = alert.carrier
    if carrier and (not alert.device or alert.device in _names(days, carrier.attribute, carrier.value)):
        return carrier.attribute, carrier.value
    return (_ONE_DEVICE, alert.device) if alert.device else alert.group or ("", "")


def _by_subject(report: DayReport, days: FieldDays) -> Mapping[str, DriftAlert]:
    """Returns the surest alert about each subject; the report has the surest first. A feature that lies elsewhere is
    said to: windows that go into the outer bins have it spread less too."""
    alerts: dict[str, DriftAlert] = {}
    for alert in sorted(report.alerts, key=lambda each: each.figure.aspect is Aspect.SPREAD):
        alerts.setdefault(subject_of(alert, days), alert)
    return alerts


def _values(alert: DriftAlert, day: date, days: FieldDays, decibels: float | None) -> dict[str, Any]:
    """Returns the columns of an alert that each day writes anew."""
    effect = alert.effect
    carrier = alert.carrier if _place(alert, days)[0] != _ONE_DEVICE else None
    key, value = alert.group or ("", "")
    is_of_device = _place(alert, days) == (_ONE_DEVICE, alert.device)
    return {
        "comparison": alert.comparison,
        "feature": alert.figure.feature,
        "aspect": alert.figure.aspect,
        "label": alert.figure.label,
        "group_key": key,
        "group_value": value,
        "device": alert.device if is_of_device else "",
        "value": effect.value,
        "low": effect.low,
        "high": effect.high,
        "p": effect.p,
        "devices": effect.devices,
        "decibels": decibels,
        "carrier_key": carrier.attribute if carrier else "",
        "carrier_value": carrier.value if carrier else "",
        "carrier_devices": len(_names(days, carrier.attribute, carrier.value)) if carrier else 0,
        "carrier_share": carrier.share if carrier else None,
        "others_are_unchanged": carrier.others_are_unchanged if carrier else False,
        "since": date.fromordinal(alert.since) if alert.since else None,
        "last_day": day,
    }


def _names(days: FieldDays, key: str, value: str) -> frozenset[str]:
    return frozenset(name for name, attributes in days.attributes.items() if attributes.get(key) == value)


def _decibels(alert: DriftAlert, layout: WatchLayout, reference: Counts | None, days: FieldDays) -> float | None:
    """Returns by how many dB the level of the devices that explain an alert lies above what it is compared with."""
    figure = alert.figure
    place = next((at for at, each in enumerate(layout.features) if each.name == figure.feature), None)
    if place is None or figure.aspect is not Aspect.LOCATION or layout.features[place].statistic is not Statistic.LEVEL:
        return None
    end = sum(layout.sizes[: 3 + place])
    counts = days.fleet.counts[:, :, end - layout.sizes[2 + place] : end]
    members = _members(alert, days)
    recent = counts[members, -alert.days :].sum(axis=(0, 1), dtype=np.float64)
    before = _before(alert, reference, place, counts, members)
    shift = shift_between(before, recent, axis_of_levels(layout.features[place].edges))
    return None if shift is None else shift.value


def _members(alert: DriftAlert, days: FieldDays) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Returns which devices an alert is about: those that explain it, its group, its device, or all."""
    key, value = _place(alert, days)
    names = {value} if key == _ONE_DEVICE else _names(days, key, value) if key else set(days.fleet.devices)
    return np.array([name in names for name in days.fleet.devices])


def _before(
    alert: DriftAlert, reference: Counts | None, place: int, counts: Any, members: np.ndarray[Any, np.dtype[np.bool_]]
) -> Any:
    """Returns the counts with which an alert compares: the test samples, the other devices, or the own past."""
    match alert.comparison:
        case DriftComparison.TESTS if reference is not None:
            return reference.features[place]
        case DriftComparison.GROUP:
            return counts[~members, -alert.days :].sum(axis=(0, 1), dtype=np.float64)
        case _:
            return counts[members, : -alert.days].sum(axis=(0, 1), dtype=np.float64)

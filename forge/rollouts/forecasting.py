"""The forecast of a rollout before its start: who gets it when, who stays away, and what its guards could see."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np
from django.conf import settings

from forge.deployments.models import Deployment, Release
from forge.fleet.groups.assignments import assignment_of
from forge.fleet.queries.health import AWAY_AFTER
from forge.rollouts.plan import PlannedStage, RolloutPlan
from forge.rollouts.work.drawing import MOST_COMPARED
from forge.rollouts.work.status import away_after
from forge.telemetry.intake.models import WHOLE_DAY, DeviceCounts
from forge.telemetry.intake.runes import watched_rune_of
from hmrd.protocol.counts import HEADER_SIZE, UNSIGNED_SIZE
from hmrd.protocol.wanted import TRIAL
from rune.assessment.guards.forecast import GuardedStage, hours_until_judged, lack_of, least_seen, of_share
from rune.assessment.guards.judging import count_tested_guards
from rune.assessment.guards.limits import GuardKind
from rune.assessment.guards.looks import GuardLook
from rune.statistics.not_judged import NotJudged
from rune.watch.encoding import decode

KNOWN_DAYS: Final = 14
"""Days of counts by which the answers and the scatter of devices are known."""
MOST_KNOWN: Final = 300
"""Devices whose counts are read."""
_LONG_AWAY: Final = timedelta(days=7)
_USUAL_DAY_SPREAD: Final = 0.01


@dataclass(frozen=True)
class FleetPresence:
    """The devices of a group by when they were last seen."""

    online: int
    """Devices that were seen within the last polls: they get it with the next."""
    today: int
    """Devices that were seen within a day."""
    this_week: int
    away: int
    """Devices that were not seen for a week, or never."""

    @property
    def count(self) -> int:
        """All devices."""
        return self.online + self.today + self.this_week + self.away


@dataclass(frozen=True)
class AnswerForecast:
    """The answers of devices so far: `a_day` of a device, the share of each label, and how a share of one half varies
    from day to day on a device. Without counts there are none."""

    a_day: float = 0.0
    shares: tuple[tuple[str, float], ...] = ()
    day_spread: float = _USUAL_DAY_SPREAD


@dataclass(frozen=True)
class LabelForecast:
    """The least change of a label's share that a stage sees in 9 of 10 cases."""

    label: str
    share: float
    least: float


@dataclass(frozen=True)
class StageForecast:
    """A stage as it will probably be: `devices` in all, of which `soon` get it with their next poll and `away` do not
    before they are seen again; it begins and ends after so many hours from the start."""

    stage: PlannedStage
    devices: int
    soon: int
    away: int
    begins: float
    ends: float
    judged_after: float | None
    """Hours of the stage until guards of answers can be judged at all; None if they cannot."""
    reason: NotJudged | None
    """The reason why they cannot within the stage."""
    labels: tuple[LabelForecast, ...]
    """The labels with what the stage sees of them, the rarest first."""


@dataclass(frozen=True)
class RolloutForecast:
    """The forecast of a rollout. `has_all` are devices that run these bytes already."""

    presence: FleetPresence
    has_all: int
    answers: AnswerForecast
    stages: tuple[StageForecast, ...]
    next_window: datetime | None
    """The time at which the first window opens in the plan's zone; None without windows, or in one."""


def forecast_of(
    deployment: Deployment, plan: RolloutPlan, release: Release, rune: str, now: datetime
) -> RolloutForecast:
    """Returns the forecast of a rollout of a rune, by its digest, to the group of a deployment that serves `release`.
    The caller has found the deployment."""
    assignment = assignment_of(deployment.pk)
    rows = [] if assignment is None else list(assignment.devices.in_service().values_list("pk", "seen", "running_rune"))
    presence = presence_of([time for _, time, _ in rows], now)
    answers = answers_of([pk for pk, *_ in rows], release, now)
    return RolloutForecast(
        presence,
        sum(running == rune for *_, running in rows),
        answers,
        tuple(stages_of(plan, presence, answers)),
        next_window(plan, now),
    )


def presence_of(last_times: Sequence[datetime | None], now: datetime) -> FleetPresence:
    """Returns devices by when they were last seen."""
    ages = [now - each for each in last_times if each is not None]
    online = sum(age < away_after() for age in ages)
    today = sum(age < AWAY_AFTER for age in ages)
    this_week = sum(age < _LONG_AWAY for age in ages)
    return FleetPresence(online, today - online, this_week - today, len(last_times) - this_week)


def stages_of(plan: RolloutPlan, presence: FleetPresence, answers: AnswerForecast) -> list[StageForecast]:
    """Returns the stages one after the other. Devices are drawn by chance, so each stage has the same part of devices
    that are away."""
    guards, begins, forecasts = count_tested_guards(plan.guards, is_counted=True), 0.0, list[StageForecast]()
    share_away = 1 - presence.online / presence.count if presence.count else 0.0
    before = 0
    for stage in plan.stages:
        devices = stage.devices_of(presence.count)
        away = round(devices * share_away)
        new = max(0, devices - away - (0 if stage.is_shadow else before))
        ends = begins + _hours_to_install(new, plan.at_once) + stage.hours
        # In shadow each device is compared with itself, run by run.
        others = devices if stage.is_shadow else min(MOST_COMPARED, presence.count - devices)
        guarded = GuardedStage(
            devices - away,
            round(others * (1 - share_away)),
            answers.a_day,
            GuardLook(len(plan.stages), guards, stage.hours + 1, stage.hours + 1, stage.longest + 1),
        )
        forecasts.append(
            StageForecast(
                stage,
                devices,
                devices - away,
                away,
                begins,
                ends,
                hours_until_judged(devices - away, answers.a_day),
                lack_of(guarded),
                () if stage.is_shadow else tuple(_labels(guarded, plan, answers)),
            )
        )
        begins, before = ends, 0 if stage.is_shadow else devices - away
    return forecasts


def _hours_to_install(devices: int, at_once: int | None) -> float:
    """Returns how long so many devices take: they poll, and try the rune, one part after the other."""
    parts = 1 if at_once is None else max(1, math.ceil(devices / at_once))
    return parts * (settings.DEVICE_POLL_SECONDS + TRIAL) / 3600


def _labels(stage: GuardedStage, plan: RolloutPlan, answers: AnswerForecast) -> list[LabelForecast]:
    limit = next((each for each in plan.guards if each.kind is GuardKind.LABELS), None)
    if limit is None:
        return []
    labels = []
    for label, share in sorted(answers.shares, key=lambda pair: pair[1]):
        limit_of_label = limit.of_label(label, share)
        least = least_seen(
            stage, of_share(share, limit_of_label, answers.day_spread), limit_of_label, len(answers.shares)
        )
        if not isinstance(least, NotJudged):
            labels.append(LabelForecast(label, share, least))
    return labels


def next_window(plan: RolloutPlan, now: datetime) -> datetime | None:
    """Returns when the next window opens in the plan's zone, to a quarter of an hour; None without windows, or in
    one."""
    if plan.may_switch(now, ""):
        return None
    quarter = timedelta(minutes=15)
    start = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    moments = (start + number * quarter for number in range(1, 7 * 24 * 4 + 1))
    return next((each for each in moments if plan.may_switch(each, "")), None)


def answers_of(devices: Sequence[UUID], release: Release, now: datetime) -> AnswerForecast:
    """Returns the answers of devices so far, by their documents of whole days about a release."""
    rune = watched_rune_of(release)
    labels = rune.layout.labels
    first = now.date() - timedelta(days=KNOWN_DAYS)
    some = list(devices)[:MOST_KNOWN]
    rows = DeviceCounts.objects.filter(watched=rune, device__in=some, day__gte=first, hour=WHOLE_DAY)
    by_device: dict[UUID, list[tuple[int, ...]]] = {}
    answers: dict[UUID, list[int]] = {}
    for device, document in rows.values_list("device", "document"):
        counts = decode(bytes(document)[HEADER_SIZE:UNSIGNED_SIZE], rune.layout)
        answers.setdefault(device, []).append(counts.answers)
        by_device.setdefault(device, []).append(counts.labels)
    if not answers:
        return AnswerForecast()
    a_day = float(np.median([np.mean(each) for each in answers.values()]))
    if labels is None:
        return AnswerForecast(a_day)
    sums = np.sum([np.sum(each, axis=0) for each in by_device.values()], axis=0)
    shares = sums / max(sums.sum(), 1)
    return AnswerForecast(a_day, tuple(zip(labels.names, shares.tolist(), strict=True)), _day_spread(by_device))


def _day_spread(days: Mapping[UUID, Sequence[tuple[int, ...]]]) -> float:
    """Returns how much a share of one half varies from day to day on a device, beyond what the number of answers
    explains."""
    excess = []
    for rows in days.values():
        counts = np.asarray(rows, np.float64)
        totals = counts.sum(axis=1)
        if len(counts) < 3 or totals.min() < 1:
            continue
        angles = 2 * np.arcsin(np.sqrt(counts / totals[:, None]))
        excess.append(float(np.mean(angles.var(axis=0, ddof=1) - np.mean(1 / totals))))
    if not excess:
        return _USUAL_DAY_SPREAD
    # An angle of 2 asin sqrt(s) has twice the scatter of a share of one half.
    return math.sqrt(max(float(np.median(excess)), 0.0)) / 2 or _USUAL_DAY_SPREAD

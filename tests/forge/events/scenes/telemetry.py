"""Scenes of alerts about what devices count."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from forge.telemetry.alerts import judging
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.models import DeviceCounts, WatchedRune
from forge.telemetry.totals.merging import merge_all
from rune.assessment.drift.alerts import DriftComparison
from rune.assessment.drift.figures import Aspect
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.counts import counting_fleet


@scene(judging.judge)
def a_day_does_not_show_an_alert_any_more(world: EventWorld) -> Act:
    day = timezone.now().date() - timedelta(days=1)
    rune = _with_alert(world, day)
    return lambda: judging.judge(rune, day)


@scene(judging.judge_all)
def the_day_that_ended_is_judged(world: EventWorld) -> Act:
    for back in (1, 2):
        _with_alert(world, timezone.now().date() - timedelta(days=back))
    return judging.judge_all


def _with_alert(world: EventWorld, day: date) -> WatchedRune:
    """Returns a rune that counted on a day, with an alert that the day does not show."""
    rune = WatchedRune.objects.first()
    if rune is None:
        fleet = counting_fleet(world.organisation, world.project, world.developer)
        fleet.names(fleet.document(day=day))
        rune = WatchedRune.objects.get()
    else:
        row = DeviceCounts.objects.get()
        DeviceCounts.objects.create(
            device=row.device, watched=rune, day=day, document=bytes(row.document), received=row.received
        )
    merge_all()
    WatchAlert.objects.get_or_create(
        watched=rune,
        subject="change|labels|share|knock||",
        defaults={
            "deployment": rune.deployment,
            "comparison": DriftComparison.FLEET,
            "feature": "labels",
            "aspect": Aspect.SHARE,
            "label": "knock",
            "value": 0.05,
            "low": 0.04,
            "high": 0.06,
            "p": 1e-6,
            "devices": 9,
            "first_day": day,
            "last_day": day,
            "opened": timezone.now(),
        },
    )
    return rune
